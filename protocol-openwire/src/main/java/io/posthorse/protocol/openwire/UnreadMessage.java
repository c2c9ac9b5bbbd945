package io.posthorse.protocol.openwire;

import org.apache.activemq.command.TransactionId;

/**
 * The known fields of a message that is too large to be read, from its begin.
 *
 * @param isTransactionKnown whether its transaction could be decoded
 * @param transaction null for none
 */
record UnreadMessage(
        int commandId, boolean isResponseRequired, boolean isTransactionKnown, TransactionId transaction) {}
