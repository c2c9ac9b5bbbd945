package io.posthorse.replication;

import io.posthorse.log.GoneException;
import io.posthorse.log.Shipment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The master's end of the link to one slave: asks who it is, compares the logs, and ships what the slave lacks, at most
 * {@link #WINDOW_BYTES} ahead of what it has taken. All calls come on the owner's thread.
 */
public final class MasterLink {
    /** Bytes that a slave may lack acknowledgements for. */
    static final int WINDOW_BYTES = 1 << 20;
    /** Bytes after which a shipment ends: the slave applies it at once. */
    static final int SHIPMENT_BYTES = 256 << 10;
    /** Silence after which a slave counts as gone, in ms. */
    public static final long SILENT_MS = 20_000;
    /** Requests of one slave that are being answered. */
    private static final int ASKED_MAX = 8;

    private final Masters masters;
    private final MasterLog log;
    private final LinkWire wire;
    private final String remote;
    private final byte[] nonce;
    private final LinkParser parser = new LinkParser(true, LinkCodec.SMALL_MAX);
    private LinkMessage.Hello slave;
    private boolean isShipping;
    /** Whether the slave was told to fetch: acknowledgements that are on their way begin nothing. */
    private boolean isFetching;
    private boolean isReading;
    private boolean isClosed;
    private int asked;
    /** Position behind everything that was sent. */
    private long sent;
    private long written;
    private long committed;
    private long[] kept = {};
    private long heardMs;

    /** What all links of a master share. */
    public interface Masters {
        String cluster();

        String brokerName();

        /** Returns the key that slaves have to know; null where whoever reaches the port may follow. */
        LinkKey key();

        /** Returns why no further slave is taken; null where one is. */
        String refusal(MasterLink of);

        /** Notes that a slave was admitted. */
        void admitted(MasterLink slave);

        /** Notes that a slave has reported more. */
        void moved(MasterLink slave);

        /** Reports what an operator should know about a link. */
        void tell(MasterLink about, String what);

        /** Returns a time in ms for durations. */
        long nowMs();
    }

    /**
     * @param remote address of the other side, for people
     * @param nonce 16 bytes by chance
     */
    public MasterLink(Masters masters, MasterLog log, LinkWire wire, String remote, byte[] nonce) {
        this.masters = masters;
        this.log = log;
        this.wire = wire;
        this.remote = remote;
        this.nonce = nonce;
        this.heardMs = masters.nowMs();
    }

    /** Takes received bytes, all of them. */
    public void received(ByteBuffer bytes) {
        if (isClosed) {
            return;
        }
        boolean wasGreeted = parser.hasPreface();
        if (slave != null) {
            heardMs = masters.nowMs(); // a long frame takes its time
        }
        try {
            parser.feed(bytes, this::take);
            if (!wasGreeted && parser.hasPreface()) {
                wire.send(LinkCodec.encode(new LinkMessage.Greeting(nonce, masters.key() != null)));
            }
        } catch (IOException e) {
            masters.tell(
                    this, "A connection from " + remote + " to the port for slaves was closed: " + e.getMessage() + ".");
            close();
        }
    }

    private boolean take(LinkMessage message) throws IOException {
        heardMs = masters.nowMs();
        switch (message) {
            case LinkMessage.Hello hello when slave == null -> admit(hello);
            case LinkMessage.Ack ack when slave != null -> acknowledged(ack);
            case LinkMessage.Ask ask when slave != null -> answer(ask);
            case LinkMessage.Working working when slave != null -> { }
            default -> throw new IOException("it has sent " + message.getClass().getSimpleName() + " out of turn");
        }
        return !isClosed;
    }

    private void admit(LinkMessage.Hello hello) {
        String refusal = refusal(hello);
        if (refusal != null) {
            masters.tell(this, "The slave at " + remote + " is refused: " + refusal);
            wire.send(LinkCodec.encode(new LinkMessage.Refused(refusal)));
            close();
            return;
        }
        slave = hello;
        if (masters.key() != null) {
            wire.send(LinkCodec.encode(
                    new LinkMessage.Proof(masters.key().ofMaster(wire.binding(), nonce, hello))));
        }
        masters.admitted(this);
        compare();
    }

    private String refusal(LinkMessage.Hello hello) {
        if (masters.key() != null && !masters.key().isOfSlave(wire.binding(), nonce, hello)) {
            return "it does not know the secret of innerClientAuthenticationCredentials: set that to the same value on"
                    + " master and slave";
        }
        if (!hello.cluster().equals(masters.cluster()) || !hello.brokerName().equals(masters.brokerName())) {
            return "it is a slave of the broker " + hello.brokerName() + " in " + hello.cluster() + ", and this is "
                    + masters.brokerName() + " in " + masters.cluster() + ": correct brokerName, brokerClusterName or"
                    + " haMasterAddress of the slave";
        }
        return masters.refusal(this);
    }

    /** Compares the logs, and answers how the slave has to go on. */
    private void compare() {
        Epochs epochs = log.epochs();
        long end = log.committed();
        long common = slave.isEmpty() ? 0 : epochs.commonEnd(end, slave.epochs(), slave.end());
        if (common < 0) {
            String reason = "its log and the one of this master have no part in common, as far as they know: the directory"
                    + " is that of another broker. Move its data directory away, and start it with an empty one";
            masters.tell(this, "The slave at " + remote + " is refused: " + reason);
            wire.send(LinkCodec.encode(new LinkMessage.Refused(reason)));
            close();
        } else if (common < slave.end()) {
            masters.tell(this, "The slave " + name() + " has " + (slave.end() - common) + " bytes behind position " + common
                    + " that this master has not. It sets them aside, and fetches what it lacks.");
            isFetching = true;
            wire.send(LinkCodec.encode(new LinkMessage.Cut(common, epochs)));
        } else if (slave.isDamaged()) {
            fetch(0);
        } else {
            sent = slave.end();
            written = sent;
            committed = 0;
            wire.send(LinkCodec.encode(new LinkMessage.Follow(sent, epochs)));
        }
    }

    private void fetch(long needed) {
        isShipping = false;
        isFetching = true;
        wire.send(LinkCodec.encode(new LinkMessage.Fetch(needed, log.epochs())));
    }

    private void acknowledged(LinkMessage.Ack ack) throws IOException {
        if (ack.written() > sent || ack.committed() > ack.written()) {
            throw new IOException("it acknowledges position " + ack.written() + ", and was sent no more than " + sent);
        }
        isShipping = !isFetching; // from the first one on
        written = ack.written();
        committed = Math.max(committed, ack.committed());
        masters.moved(this);
        pump();
    }

    private void answer(LinkMessage.Ask ask) throws IOException {
        if (++asked > ASKED_MAX) {
            throw new IOException("it has more than " + ASKED_MAX + " requests under way");
        }
        log.answer(remote, ask.request(), (answer, failure) -> {
            asked--;
            heardMs = masters.nowMs();
            if (!isClosed) {
                String refusal = failure == null ? "" : String.valueOf(failure.getMessage());
                ByteBuffer bytes = failure == null ? answer : ByteBuffer.wrap(refusal.getBytes(StandardCharsets.UTF_8));
                wire.send(LinkCodec.encode(new LinkMessage.Answer(ask.number(), failure != null, bytes)));
            }
        });
    }

    /** Ships what there is and the slave has room for; whoever has this calls it when there is more of either. */
    public void pump() {
        boolean hasMore = log.committed() > sent;
        if (isClosed || !isShipping || isReading || !hasMore || sent - written >= WINDOW_BYTES || !wire.isWritable()) {
            return;
        }
        isReading = true;
        log.read(sent, SHIPMENT_BYTES, (shipment, failure) -> {
            isReading = false;
            if (isClosed) {
                return;
            }
            if (failure instanceof GoneException gone) {
                masters.tell(this, "The slave " + name() + " is too far behind, at position " + sent + ": it fetches a"
                        + " checkpoint.");
                fetch(gone.needed());
            } else if (failure != null) {
                masters.tell(this, "The slave " + name() + " cannot be sent what it lacks: " + failure.getMessage());
                close();
            } else if (shipment != null) {
                ship(shipment);
            }
        });
    }

    private void ship(Shipment shipment) {
        sent = shipment.end();
        wire.send(LinkCodec.encode(new LinkMessage.Records(log.committed(), shipment)));
        pump();
    }

    /** Tells the slave that the master is there, and which segments it has. Called about once a second. */
    public void tick() {
        if (isClosed) {
            return;
        }
        if (masters.nowMs() - heardMs > SILENT_MS) {
            masters.tell(this, "The slave at " + remote + " has been silent for " + SILENT_MS / 1_000 + " s; its"
                    + " connection is closed.");
            close();
            return;
        }
        if (slave == null || !wire.isWritable()) {
            return;
        }
        wire.send(LinkCodec.encode(new LinkMessage.Alive(log.committed())));
        long[] now = log.segmentBases();
        if (isShipping && !Arrays.equals(now, kept)) {
            kept = now;
            wire.send(LinkCodec.encode(new LinkMessage.Kept(log.committed(), now)));
        }
        pump();
    }

    /** Returns whether the other side has said, and where that is wanted proven, that it is a slave. */
    public boolean isAdmitted() {
        return slave != null;
    }

    /** Closes the connection of somebody who has not said who it is: another one needs its place. */
    public void giveWay() {
        close();
    }

    /** Notes that the connection has ended. */
    public void closed() {
        isClosed = true;
    }

    private void close() {
        isClosed = true;
        wire.close();
    }

    private String name() {
        return slave.brokerName() + ":" + slave.brokerId() + " at " + remote;
    }

    /** Returns whether the slave is being sent records. */
    public boolean isShipping() {
        return isShipping && !isClosed;
    }

    /** Returns the address of the slave's port for clients, as it says; its connection's where it says none. */
    public String address() {
        return slave == null || slave.address().isEmpty() ? remote : slave.address();
    }

    /** Returns the id of the slave; 0 before it has said it. */
    public long brokerId() {
        return slave == null ? 0 : slave.brokerId();
    }

    /** Returns the position up to which the slave's flush mode has everything stored. */
    public long committed() {
        return committed;
    }

    /** Returns the position behind everything that the slave was sent. */
    public long sent() {
        return sent;
    }
}
