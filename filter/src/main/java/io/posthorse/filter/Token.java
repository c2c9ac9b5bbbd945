package io.posthorse.filter;

/**
 * A token of an expression.
 *
 * @param text its text as written; for a quoted text the content, with {@code ''} as one quote
 * @param column column of its first character, from 1
 */
record Token(TokenKind kind, String text, int column) {
    /** Returns the token as error messages show it. */
    String shown() {
        return kind == TokenKind.END ? kind.shown : text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }
}
