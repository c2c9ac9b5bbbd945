package io.posthorse.protocol.openwire;

import io.posthorse.broker.Admission;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.TransactionRolledBackException;
import java.io.IOException;
import javax.transaction.xa.XAException;

/** The exceptions for refusals, in the classes that clients know. */
final class JmsExceptions {
    private JmsExceptions() {}

    /** Returns the exception where the log admits no records. */
    static JMSException full(Admission why) {
        return new ResourceAllocationException(switch (why) {
            case ADMITTED -> "";
            case DISK_FULL -> "The broker's disk is full: nothing was stored. Reading still works. Make room, or wait until"
                    + " old messages expire, and send again.";
            case FOLLOWS -> "This broker is a slave: nothing was stored. Send to its master.";
            case GROUP_BEHIND -> "The other nodes of the cluster are behind: nothing was stored. Send again soon.";
            case FAILED -> "The broker's disk has failed: nothing is stored any more. See the server log.";
        });
    }

    static JMSException failed(IOException cause) {
        return new ResourceAllocationException(
                "The broker's disk has failed (" + cause.getMessage() + "); it is unknown whether the command was stored.");
    }

    static void throwUnless(Admission admission) throws JMSException {
        if (admission != Admission.ADMITTED) {
            throw full(admission);
        }
    }

    /**
     * Returns an exception of the class that the client's release has: packages were renamed with 6.0. A transaction
     * manager gets the cause, by a class that it knows.
     */
    static Throwable asKnownTo(boolean javax, Throwable cause) {
        if (cause.getCause() instanceof XAException forManager) {
            return forManager;
        }
        if (!javax) {
            return cause;
        }
        String text = cause.getMessage();
        return switch (cause) {
            case InvalidClientIDException e -> new javax.jms.InvalidClientIDException(text);
            case InvalidDestinationException e -> new javax.jms.InvalidDestinationException(text);
            case InvalidSelectorException e -> new javax.jms.InvalidSelectorException(text);
            case ResourceAllocationException e -> new javax.jms.ResourceAllocationException(text);
            case JMSSecurityException e -> new javax.jms.JMSSecurityException(text);
            case TransactionRolledBackException e -> new javax.jms.TransactionRolledBackException(text);
            case IllegalStateException e -> new javax.jms.IllegalStateException(text);
            case JMSException e -> new javax.jms.JMSException(text);
            default -> cause;
        };
    }
}
