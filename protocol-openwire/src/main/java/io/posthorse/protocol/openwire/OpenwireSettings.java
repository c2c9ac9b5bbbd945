package io.posthorse.protocol.openwire;

import io.posthorse.platform.QuotaShares;
import java.util.function.BooleanSupplier;

/**
 * The operator's settings for JMS clients.
 *
 * @param brokerName name of this broker, in advisories
 * @param autoCreate whether a destination is created by its first use
 * @param deadLetters name of the queue for messages that nobody could consume, or that expired
 * @param frameBytesMax maximum length of a client's command, in bytes
 * @param patienceMs time that a client may be silent before the broker speaks first, in ms; 0 where it does so at once.
 * Some clients wait for the broker, while one that starts encryption takes its first bytes for noise
 * @param shares shares of one user and one address in limited resources
 */
public record OpenwireSettings(
        String brokerName, BooleanSupplier autoCreate, String deadLetters, int frameBytesMax, long patienceMs,
        QuotaShares shares) {
    /** Maximum length of a command before the login, in bytes. */
    static final int LOGIN_BYTES_MAX = 64 << 10;

    /** Maximum number of messages and acknowledgements of one transaction, and maximum bytes of its messages. */
    static final int TRANSACTION_SIZE_MAX = 100_000;

    static final long TRANSACTION_BYTES_MAX = 128L << 20;

    static final int SELECTOR_CHARS_MAX = 4_096;
    /**
     * Maximum number of a connection's consumers, and likewise of its producers, transactions and temporary destinations.
     */
    static final int PER_CONNECTION_MAX = 10_000;

    static final int PREFETCH_MAX = 32_766;
}
