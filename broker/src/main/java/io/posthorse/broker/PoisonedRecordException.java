package io.posthorse.broker;

/** Thrown for a record with a valid checksum and impossible contents, behind which the state is unknown. */
final class PoisonedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PoisonedRecordException(byte type, long position, MalformedEventException cause) {
        super("The record at position " + position + " of the log (type " + type + ") has a valid checksum but impossible"
                + " contents: "
                + cause.getMessage() + ". Nothing was changed. To start without this one record, run \"posthorse set-aside "
                + position + " --data DIRECTORY\" and start again; its bytes stay in the log, and each start reports it.",
                cause);
    }

    private PoisonedRecordException(String message) {
        super(message);
    }

    static PoisonedRecordException unknown(byte type, long position) {
        return new PoisonedRecordException("The log has a record of type " + type + " at position " + position
                + ", which this release does not know: a newer one wrote it. Start the newer release on this directory,"
                + " or run \"posthorse set-aside " + position + " --data DIRECTORY\" to start without this one record.");
    }
}
