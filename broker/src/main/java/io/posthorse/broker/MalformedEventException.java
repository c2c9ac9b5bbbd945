package io.posthorse.broker;

/** Thrown for bytes that are no event, or an impossible one; the message says what is wrong, for an operator. */
final class MalformedEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedEventException(String problem) {
        super(problem);
    }
}
