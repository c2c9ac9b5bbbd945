package io.posthorse.filter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Splits an expression into tokens, one or two ahead of the parser. It reads no further: text behind a complete expression
 * is never read.
 */
final class Tokens {
    private static final int TOKENS_MAX = 1_024;
    private static final Map<String, TokenKind> KEYWORDS = Arrays.stream(TokenKind.values())
            .filter(TokenKind::isKeyword)
            .collect(Collectors.toMap(TokenKind::name, Function.identity()));

    private final String text;
    private int at;
    private int count;
    private Token next;
    private Token second;

    Tokens(String text) {
        this.text = text;
    }

    /** Returns the next token without consuming it. */
    Token peek() throws ExpressionException {
        if (next == null) {
            next = scan();
        }
        return next;
    }

    /** Returns the token behind the next one. */
    Token peekSecond() throws ExpressionException {
        peek();
        if (second == null) {
            second = scan();
        }
        return second;
    }

    Token take() throws ExpressionException {
        Token taken = peek();
        next = second;
        second = null;
        return taken;
    }

    /** Consumes the next token if it is of that kind; returns whether it was. */
    boolean takes(TokenKind kind) throws ExpressionException {
        if (peek().kind() != kind) {
            return false;
        }
        take();
        return true;
    }

    /** Consumes the next token, which must be of that kind. */
    Token expect(TokenKind kind) throws ExpressionException {
        if (peek().kind() != kind) {
            throw unexpected(kind.shown);
        }
        return take();
    }

    /** Returns the error that the next token is not the expected one. */
    ExpressionException unexpected(String wanted) throws ExpressionException {
        return new ExpressionException(peek().column(), "found " + peek().shown() + " where " + wanted + " should be");
    }

    private Token scan() throws ExpressionException {
        skip();
        int start = at;
        if (start == text.length()) {
            return new Token(TokenKind.END, "", start + 1);
        }
        if (++count > TOKENS_MAX) {
            throw new ExpressionException(start + 1, "an expression may have " + TOKENS_MAX + " words, this one has more");
        }
        char c = text.charAt(start);
        if (isNameStart(c)) {
            return word(start);
        }
        if (isDigit(c) || c == '.') {
            return number(start);
        }
        return c == '\'' ? quoted(start) : sign(start, c);
    }

    /** Skips blanks and comments. */
    private void skip() throws ExpressionException {
        while (at < text.length()) {
            if (isBlank(text.charAt(at))) {
                at++;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw new ExpressionException(at + 1, "the comment that begins here has no end");
                }
                at = end + 2;
            } else if (text.startsWith("--", at) && lineEnd(at) < text.length()) {
                at = lineEnd(at);
            } else {
                return;
            }
        }
    }

    private int lineEnd(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    private Token word(int start) {
        while (at < text.length() && (isNameStart(text.charAt(at)) || isDigit(text.charAt(at)))) {
            at++;
        }
        String word = text.substring(start, at);
        TokenKind kind = KEYWORDS.getOrDefault(word.toUpperCase(Locale.ROOT), TokenKind.NAME);
        return new Token(kind, word, start + 1);
    }

    /** A whole number has no leading zeros and may end with L; {@code 1.}, {@code .5} and {@code 1e3} are floats. */
    private Token number(int start) throws ExpressionException {
        int whole = digits(start);
        int end = whole;
        if (end < text.length() && text.charAt(end) == '.') {
            end = digits(end + 1);
            if (end == start + 1) {
                throw new ExpressionException(start + 1, "a decimal point needs a digit");
            }
        }
        end = exponent(end);
        if (end > whole) {
            at = end;
            return new Token(TokenKind.FLOAT, text.substring(start, end), start + 1);
        }
        if (text.charAt(start) == '0') {
            whole = start + 1;
        } else if (whole < text.length() && (text.charAt(whole) | 0x20) == 'l') {
            whole++;
        }
        at = whole;
        return new Token(TokenKind.INTEGER, text.substring(start, whole), start + 1);
    }

    private int digits(int from) {
        int end = from;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** Returns the end of the exponent that begins at an index; the same index where there is none. */
    private int exponent(int from) {
        int digits = from + 1;
        if (digits >= text.length() || (text.charAt(from) | 0x20) != 'e') {
            return from;
        }
        if (text.charAt(digits) == '+' || text.charAt(digits) == '-') {
            digits++;
        }
        int end = digits(digits);
        return end > digits ? end : from;
    }

    /**
     * Reads a quoted text. Where the last quote in the whole expression is the second half of a {@code ''}, it ends the
     * text.
     */
    private Token quoted(int start) throws ExpressionException {
        StringBuilder value = new StringBuilder();
        int length = -1;
        int from = start + 1;
        while (true) {
            int quote = text.indexOf('\'', from);
            if (quote < 0 && length < 0) {
                throw new ExpressionException(start + 1, "the text that begins here has no end");
            }
            if (quote < 0) {
                at = from - 1;
                return new Token(TokenKind.TEXT, value.substring(0, length), start + 1);
            }
            value.append(text, from, quote);
            if (!text.startsWith("''", quote)) {
                at = quote + 1;
                return new Token(TokenKind.TEXT, value.toString(), start + 1);
            }
            length = value.length();
            value.append('\'');
            from = quote + 2;
        }
    }

    private Token sign(int start, char c) throws ExpressionException {
        TokenKind kind = switch (c) {
            case '=' -> TokenKind.EQUAL;
            case '<' -> text.startsWith("<>", start) ? TokenKind.UNEQUAL
                    : text.startsWith("<=", start) ? TokenKind.LESS_EQUAL : TokenKind.LESS;
            case '>' -> text.startsWith(">=", start) ? TokenKind.GREATER_EQUAL : TokenKind.GREATER;
            case '(' -> TokenKind.OPEN;
            case ',' -> TokenKind.COMMA;
            case ')' -> TokenKind.CLOSE;
            case '+' -> TokenKind.PLUS;
            case '-' -> TokenKind.MINUS;
            default -> throw new ExpressionException(start + 1, "the character " + c + " has no meaning here"
                    + (c == '!' ? "; unequal is <>" : c == '"' ? "; texts must be in single quotes" : ""));
        };
        at = start + kind.shown.length();
        return new Token(kind, kind.shown, start + 1);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    }

    private static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
