package io.posthorse.filter;

/** The kind of a token. */
enum TokenKind {
    END("the end"),
    NOT("NOT"),
    AND("AND"),
    OR("OR"),
    BETWEEN("BETWEEN"),
    IN("IN"),
    TRUE("TRUE"),
    FALSE("FALSE"),
    NULL("NULL"),
    IS("IS"),
    CONTAINS("CONTAINS"),
    STARTSWITH("STARTSWITH"),
    ENDSWITH("ENDSWITH"),
    INTEGER("a whole number"),
    FLOAT("a number"),
    TEXT("a text in single quotes"),
    NAME("a property"),
    EQUAL("="),
    UNEQUAL("<>"),
    GREATER(">"),
    GREATER_EQUAL(">="),
    LESS("<"),
    LESS_EQUAL("<="),
    OPEN("("),
    COMMA(","),
    CLOSE(")"),
    PLUS("+"),
    MINUS("-");

    final String shown;

    TokenKind(String shown) {
        this.shown = shown;
    }

    boolean isKeyword() {
        return compareTo(NOT) >= 0 && compareTo(ENDSWITH) <= 0;
    }
}
