package io.posthorse.filter;

/** Thrown where a text is not an expression. The message says why, and where. */
public final class ExpressionException extends Exception {
    private static final long serialVersionUID = 1;

    private final int column;

    ExpressionException(int column, String reason) {
        super("column " + column + ": " + reason);
        this.column = column;
    }

    /** Returns the column of the error in the text, from 1. */
    public int column() {
        return column;
    }
}
