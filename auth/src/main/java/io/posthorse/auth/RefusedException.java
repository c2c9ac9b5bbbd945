package io.posthorse.auth;

/** Thrown where an input is invalid, or a change of users or rules is not possible; the text says why and what to do. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kind of a refusal, for protocols that have codes for it. */
    public enum Kind {
        NOT_VALID,
        NO_SUCH_USER,
        NO_SUCH_RULE
    }

    private final Kind kind;

    RefusedException(Kind kind, String text) {
        super(text, null, false, false);
        this.kind = kind;
    }

    public RefusedException(String text) {
        this(Kind.NOT_VALID, text);
    }

    public Kind kind() {
        return kind;
    }
}
