package io.posthorse.filter;

/**
 * One word of an expression.
 *
 * @param text as it is written; of a text what is between its quotes, {@code ''} made one quote
 * @param column of its first character, from 1
 */
record Token(TokenKind kind, String text, int column) {
    /** As an error message shows it. */
    String shown() {
        return kind == TokenKind.END ? kind.shown : text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }
}
