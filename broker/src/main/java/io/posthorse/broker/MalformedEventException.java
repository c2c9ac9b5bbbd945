package io.posthorse.broker;

/** Bytes that are no event, or one that cannot be: what is wrong with them, for an operator. */
final class MalformedEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedEventException(String problem) {
        super(problem);
    }
}
