package io.posthorse.replication;

import io.posthorse.log.Shipment;
import io.posthorse.replication.Epochs.Epoch;
import java.nio.ByteBuffer;
import java.util.List;

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
     * @param epochs the newest ones of its log
     */
    record Hello(
            String cluster, String brokerName, long brokerId, String address, int segmentBytes, long end, boolean isEmpty,
            boolean isDamaged, List<Epoch> epochs, byte[] proof) implements LinkMessage {}

    /** Master: the slave's log goes on from its end; these are the epochs of the master's. */
    record Follow(long position, List<Epoch> epochs) implements LinkMessage {}

    /** Master: the slave's log differs from a position on. */
    record Cut(long position, List<Epoch> epochs) implements LinkMessage {}

    /** Master: what the slave needs next is not in the log; a checkpoint at or behind a position has to be fetched. */
    record Fetch(long needed, List<Epoch> epochs) implements LinkMessage {}

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

    /** Slave: a request of {@link CatchUp}. */
    record Ask(int number, ByteBuffer request) implements LinkMessage {}

    /** Master: the answer to one; text where it was refused. */
    record Answer(int number, boolean isRefusal, ByteBuffer answer) implements LinkMessage {}
}
