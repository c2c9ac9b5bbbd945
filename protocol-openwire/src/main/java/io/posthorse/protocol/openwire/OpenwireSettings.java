package io.posthorse.protocol.openwire;

import io.posthorse.platform.QuotaShares;
import java.util.function.BooleanSupplier;

/**
 * What an operator chose for JMS clients.
 *
 * @param brokerName name of this broker, in advisories
 * @param autoCreate whether a destination is created by its first use
 * @param deadLetters the queue for messages that nobody could consume, or whose time was over
 * @param frameBytesMax greatest command of a client
 * @param patienceMs how long a client may be silent before the broker speaks first, ms; 0 where it does so at once. Some
 *     clients wait for it; one that wants to be encrypted takes it for noise
 * @param shares what one user and one address may have of what all share
 */
public record OpenwireSettings(
        String brokerName, BooleanSupplier autoCreate, String deadLetters, int frameBytesMax, long patienceMs,
        QuotaShares shares) {
    /** Commands of a client that has not logged in yet are smaller. */
    static final int LOGIN_BYTES_MAX = 64 << 10;

    /** Messages and acknowledgements of one transaction, and the bytes of its messages. */
    static final int TRANSACTION_SIZE_MAX = 100_000;

    static final long TRANSACTION_BYTES_MAX = 128L << 20;

    static final int SELECTOR_CHARS_MAX = 4_096;
    /** Consumers of a connection, and so many producers, sessions and temporary destinations. */
    static final int PER_CONNECTION_MAX = 10_000;

    static final int PREFETCH_MAX = 32_766;
}
