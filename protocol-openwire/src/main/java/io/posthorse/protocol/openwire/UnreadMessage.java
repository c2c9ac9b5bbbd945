package io.posthorse.protocol.openwire;

import org.apache.activemq.command.TransactionId;

/**
 * What is known of a message that is too large to be read, from its begin.
 *
 * @param isTransactionKnown whether it could be told what transaction it is part of
 * @param transaction null for none
 */
record UnreadMessage(
        int commandId, boolean isResponseRequired, boolean isTransactionKnown, TransactionId transaction) {}
