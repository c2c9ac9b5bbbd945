package io.posthorse.broker;

/** A record that is whole by its checksum and says what cannot be, so that the state behind it cannot be told. */
final class PoisonedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PoisonedRecordException(byte type, long position, MalformedEventException cause) {
        super("The record at position " + position + " of the log (type " + type + ") is whole by its checksum but makes no"
                + " sense: "
                + cause.getMessage() + ". Nothing was changed. To go on without this one record, run \"posthorse set-aside "
                + position + " --data DIRECTORY\" and start again; its bytes stay where they are, and each start says so.",
                cause);
    }

    private PoisonedRecordException(String message) {
        super(message);
    }

    static PoisonedRecordException unknown(byte type, long position) {
        return new PoisonedRecordException("The log has a record of type " + type + " at position " + position
                + ", which this release does not know: a newer one wrote it. Start that release on this directory, or run"
                + " \"posthorse set-aside " + position + " --data DIRECTORY\" to go on without this one record.");
    }
}
