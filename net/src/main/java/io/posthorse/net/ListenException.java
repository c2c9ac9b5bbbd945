package io.posthorse.net;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** Thrown where an address cannot be listened on. */
public final class ListenException extends IOException {
    private static final long serialVersionUID = 1;

    /** The reason for the failure. */
    public enum Reason {
        /** Another process listens there. */
        TAKEN,
        /** The host is no address of this machine. */
        NOT_OF_THIS_MACHINE,
        /** The host is a name that cannot be resolved. */
        UNKNOWN_HOST,
        /** Only an administrator may use the port. */
        NOT_ALLOWED,
        OTHER
    }

    private final Reason reason;

    private ListenException(InetSocketAddress address, Throwable cause) {
        super("Cannot listen on " + HostPort.text(address.getHostString(), address.getPort()) + " (" + text(cause) + ")",
                cause);
        this.reason = address.isUnresolved() ? Reason.UNKNOWN_HOST : reason(cause);
    }

    static ListenException of(InetSocketAddress address, Throwable cause) {
        return new ListenException(address, cause);
    }

    public Reason reason() {
        return reason;
    }

    private static String text(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /**
     * Determines the reason from the message: exception types differ between transports and systems; the texts are the
     * system's, in English here.
     */
    private static Reason reason(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return Reason.UNKNOWN_HOST;
        }
        String words = text(cause).toLowerCase(Locale.ROOT);
        if (words.contains("assign requested address") || words.contains("address not available")
                || words.contains("not valid in its context")) {
            return Reason.NOT_OF_THIS_MACHINE;
        }
        if (words.contains("permission denied") || words.contains("access permissions")) {
            return Reason.NOT_ALLOWED;
        }
        boolean isTaken = words.contains("in use") || words.contains("only one usage");
        return isTaken || cause instanceof BindException ? Reason.TAKEN : Reason.OTHER;
    }
}
