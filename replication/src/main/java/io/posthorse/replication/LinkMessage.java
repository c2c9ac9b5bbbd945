package io.posthorse.replication;

import io.posthorse.log.Shipment;
import java.nio.ByteBuffer;

/** What a master and its slave tell each other; {@link LinkCodec} has the bytes. */
sealed interface LinkMessage {
    /**
     * Master: the first answer.
     *
     * @param nonce bytes that the slave's proof must cover
     * @param wantsProof whether the slave has to prove that it knows the key
     */
    record Greeting(byte[] nonce, boolean wantsProof) implements LinkMessage {}

    /**
     * Slave: who it is, and what it has.
     *
     * @param address of the slave's port for clients, for people
     * @param end position behind its last record
     * @param isDamaged whether its log cannot go on, though it is the same as the master's
     * @param epochs of its log
     * @param nonce bytes that the master's proof must cover
     */
    record Hello(
            String cluster, String brokerName, long brokerId, String address, int segmentBytes, long end, boolean isEmpty,
            boolean isDamaged, Epochs epochs, byte[] nonce, byte[] proof) implements LinkMessage {}

    /** Master: it knows the key, too. Comes before everything else that it says to a slave that has proven itself. */
    record Proof(byte[] proof) implements LinkMessage {}

    /** Master: the slave's log goes on from its end; these are the epochs of the master's. */
    record Follow(long position, Epochs epochs) implements LinkMessage {}

    /** Master: the slave's log differs from a position on. */
    record Cut(long position, Epochs epochs) implements LinkMessage {}

    /** Master: what the slave needs next is not in the log; a checkpoint at or behind a position has to be fetched. */
    record Fetch(long needed, Epochs epochs) implements LinkMessage {}

    /** Master: why this slave gets nothing. */
    record Refused(String reason) implements LinkMessage {}

    /**
     * Master: records.
     *
     * @param committed the master's committed position
     */
    record Records(long committed, Shipment shipment) implements LinkMessage {}

    /**
     * Master: it is there.
     *
     * @param committed its committed position
     */
    record Alive(long committed) implements LinkMessage {}

    /** Master: the segments that it had when its log ended at a position. */
    record Kept(long end, long[] bases) implements LinkMessage {}

    /**
     * Slave: what it has. The first one asks for records.
     *
     * @param written position behind the last record that it has taken
     * @param committed position up to which its flush mode has them stored
     */
    record Ack(long written, long committed) implements LinkMessage {}

    /** Slave: it is there, and busy with its copy. */
    record Working() implements LinkMessage {}

    /** Slave: a request of {@link CatchUp}. */
    record Ask(int number, ByteBuffer request) implements LinkMessage {}

    /** Master: the answer to one; text where it was refused. */
    record Answer(int number, boolean isRefusal, ByteBuffer answer) implements LinkMessage {}
}
