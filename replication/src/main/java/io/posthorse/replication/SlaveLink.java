package io.posthorse.replication;

import io.posthorse.log.Shipment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The slave's end of the link to its master: says what it has, and passes on what comes. Any thread may call it, one at a
 * time as far as bytes are received.
 */
public final class SlaveLink implements Peers {
    private final Slave slave;
    private final LinkWire wire;
    private final LinkParser parser = new LinkParser(false, LinkCodec.SMALL_MAX);
    private final Map<Integer, CompletableFuture<ByteBuffer>> questions = new HashMap<>();
    private int asked;
    private boolean isClosed;
    private boolean isFollowing;
    private final byte[] nonce;
    private byte[] nonceOfMaster;
    /** What this slave has said about itself; null before it has. */
    private LinkMessage.Hello said;
    /** Whether the master has proven who it is, or need not. */
    private volatile boolean isTrusted;
    private volatile boolean isGreeted;
    private volatile long heardMs;

    /**
     * A slave's identity and what it has.
     *
     * @param address of the slave's port for clients, for people
     * @param end position behind its last record
     * @param isDamaged whether a part of its log cannot be read
     */
    public record Copy(
            String cluster, String brokerName, long brokerId, String address, int segmentBytes, long end, boolean isEmpty,
            boolean isDamaged, Epochs epochs) {}

    /** The slave's log and those who look after it. Calls come in the order of the master's words. */
    public interface Slave {
        /** Returns what the slave has now. */
        Copy copy();

        /** Returns the key that proves it may follow; null where there is none. */
        LinkKey key();

        /** Begins to follow: {@code then} runs, on any thread, once the epochs are stored. */
        void follow(Epochs epochs, Runnable then);

        /** Takes records; {@link SlaveLink#acknowledge} follows. */
        void take(long masterCommitted, Shipment shipment);

        /** Notes that the master is there. */
        void alive(long masterCommitted);

        /** Keeps these segments only, once it has everything up to a position. */
        void keepOnly(long end, long[] bases);

        /**
         * Fetches a checkpoint, and what is below it, over this link.
         *
         * @param common position up to which the logs are the same
         * @param needed position at which the checkpoint has to be, or behind
         * @param epochs of the master
         */
        void fetch(long common, long needed, Epochs epochs);

        /** Reports why the master takes no slave. */
        void refused(String reason);

        /** Returns a time in ms for durations. */
        long nowMs();
    }

    /** @param nonce 16 bytes by chance */
    public SlaveLink(Slave slave, LinkWire wire, byte[] nonce) {
        this.nonce = nonce;
        this.slave = slave;
        this.wire = wire;
        this.heardMs = slave.nowMs();
        wire.send(LinkCodec.preface());
    }

    /**
     * Takes received bytes, all of them.
     *
     * @throws IOException where they are none of a master of this program; the caller closes the connection
     */
    public void received(ByteBuffer bytes) throws IOException {
        if (isTrusted) {
            heardMs = slave.nowMs(); // a long frame takes its time
        }
        parser.feed(bytes, this::take);
    }

    private boolean take(LinkMessage message) throws IOException {
        heardMs = slave.nowMs();
        isGreeted = true;
        switch (message) {
            case LinkMessage.Greeting greeting when said == null -> hello(greeting);
            case LinkMessage.Proof proof when said != null && !isTrusted -> prove(proof);
            case LinkMessage.Refused refused -> slave.refused(refused.reason());
            default -> trusted(message);
        }
        return true;
    }

    /** Takes what only a master may say that has proven itself, where that is wanted. */
    private void trusted(LinkMessage message) throws IOException {
        if (!isTrusted) {
            throw new IOException("the master has sent " + message.getClass().getSimpleName() + (said == null
                    ? " before its greeting"
                    : " before it has proven that it knows innerClientAuthenticationCredentials"));
        }
        switch (message) {
            case LinkMessage.Follow follow -> follow(follow);
            case LinkMessage.Records records -> slave.take(records.committed(), records.shipment());
            case LinkMessage.Alive alive -> slave.alive(alive.committed());
            case LinkMessage.Kept kept -> slave.keepOnly(kept.end(), kept.bases());
            case LinkMessage.Cut cut -> slave.fetch(cut.position(), 0, known(cut.epochs()));
            case LinkMessage.Fetch fetch -> slave.fetch(-1, fetch.needed(), known(fetch.epochs()));
            case LinkMessage.Answer answer -> answered(answer);
            default -> throw new IOException(
                    "the master has sent " + message.getClass().getSimpleName() + " out of turn");
        }
    }

    private void follow(LinkMessage.Follow follow) throws IOException {
        if (follow.position() != said.end()) {
            throw new IOException("the master wants to go on at position " + follow.position() + ", and this slave's log"
                    + " ends at " + said.end());
        }
        slave.follow(known(follow.epochs()), () -> {
            synchronized (this) {
                isFollowing = true;
            }
            acknowledge(follow.position(), 0);
        });
    }

    private static Epochs known(Epochs ofMaster) throws IOException {
        if (ofMaster.list().isEmpty()) {
            throw new IOException("the master has sent no epochs");
        }
        return ofMaster;
    }

    private void prove(LinkMessage.Proof proof) throws IOException {
        if (!slave.key().isOfMaster(wire.binding(), nonceOfMaster, said, proof.proof())) {
            throw new IOException("who answers at the master's address does not know innerClientAuthenticationCredentials of"
                    + " this slave, or sits between this slave and its master; it is not followed");
        }
        trust();
    }

    private void trust() {
        isTrusted = true;
        parser.accept(LinkCodec.LARGE_MAX);
    }

    private void hello(LinkMessage.Greeting greeting) throws IOException {
        LinkKey key = slave.key();
        if (greeting.wantsProof() && key == null) {
            throw new IOException("the master has access control, so its slaves have to prove that they belong to it: set"
                    + " innerClientAuthenticationCredentials to the same value on both");
        }
        if (!greeting.wantsProof() && key != null) {
            throw new IOException("the master asks for no proof, though this slave has innerClientAuthenticationCredentials:"
                    + " whoever answers at its address could be taken for it. Switch access control on at the master, or"
                    + " remove the credentials here");
        }
        Copy copy = slave.copy();
        LinkMessage.Hello hello = new LinkMessage.Hello(
                copy.cluster(), copy.brokerName(), copy.brokerId(), copy.address(), copy.segmentBytes(), copy.end(),
                copy.isEmpty(), copy.isDamaged(), copy.epochs(), nonce, new byte[0]);
        byte[] proof = key == null ? new byte[0] : key.ofSlave(wire.binding(), greeting.nonce(), hello);
        nonceOfMaster = greeting.nonce();
        said = hello;
        if (key == null) {
            trust();
        }
        wire.send(LinkCodec.encode(new LinkMessage.Hello(
                hello.cluster(), hello.brokerName(), hello.brokerId(), hello.address(), hello.segmentBytes(), hello.end(),
                hello.isEmpty(), hello.isDamaged(), hello.epochs(), nonce, proof)));
    }

    /** Tells the master what this slave has. */
    public synchronized void acknowledge(long written, long committed) {
        if (!isClosed && isFollowing) {
            wire.send(LinkCodec.encode(new LinkMessage.Ack(written, Math.min(written, committed))));
        }
    }

    /** Tells the master that this slave is there while it is busy with its copy. */
    public synchronized void working() {
        if (!isClosed && isTrusted) {
            wire.send(LinkCodec.encode(new LinkMessage.Working()));
        }
    }

    /** Returns whether the slave is being sent records. */
    public synchronized boolean isFollowing() {
        return isFollowing && !isClosed;
    }

    /** Returns whether the master has said anything. */
    public boolean isGreeted() {
        return isGreeted;
    }

    /** Returns whether the connection is there. */
    public synchronized boolean isOpen() {
        return !isClosed;
    }

    /** Returns for how long the master has been silent, in ms. */
    public long silentMs() {
        return slave.nowMs() - heardMs;
    }

    // ---- questions

    @Override
    public CompletableFuture<ByteBuffer> ask(Member node, ByteBuffer request) {
        CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
        synchronized (this) {
            if (isClosed) {
                answer.completeExceptionally(new IOException("the link to the master is closed"));
                return answer;
            }
            questions.put(++asked, answer);
            wire.send(LinkCodec.encode(new LinkMessage.Ask(asked, request)));
        }
        return answer;
    }

    private void answered(LinkMessage.Answer answer) {
        CompletableFuture<ByteBuffer> question;
        synchronized (this) {
            question = questions.remove(answer.number());
        }
        if (question == null) {
            return;
        }
        if (answer.isRefusal()) {
            question.completeExceptionally(
                    new IOException("The master says: " + StandardCharsets.UTF_8.decode(answer.answer())));
        } else {
            question.complete(answer.answer());
        }
    }

    /** Notes that the connection has ended. */
    public void closed() {
        Map<Integer, CompletableFuture<ByteBuffer>> left;
        synchronized (this) {
            isClosed = true;
            left = Map.copyOf(questions);
            questions.clear();
        }
        left.values().forEach(question -> question.completeExceptionally(
                new IOException("the link to the master has ended")));
    }
}
