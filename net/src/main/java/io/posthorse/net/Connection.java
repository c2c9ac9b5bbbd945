package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.posthorse.platform.QuotaHolder;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** One connection, as a protocol session sees it. Used on the owner's thread only. */
public final class Connection {
    /** Goes through the pipeline when a session takes more again. */
    static final Object RESUMED = new Object();
    /** The same where there is room for answers again. */
    static final Object ROOM = new Object();

    /** When a turn ends that has no end. */
    static final long NO_END = Long.MAX_VALUE;
    /** The clock is looked at with every fourth frame. */
    private static final int LOOKS_MASK = 3;

    /** Goes through the pipeline when the connection is to be closed. */
    record Eviction(String reason) {}

    private final Channel channel;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final InboundLimits limits;
    private boolean held;
    private int pauses;
    private long turnEnd = NO_END;
    private boolean turnIsOver;
    private int frames;
    private QuotaHolder holder;
    private boolean connected;
    private boolean stranger;
    private long cameBytes;
    /** Bytes that are reserved for the begin of a request. */
    private long reserved;

    Connection(Channel channel, InboundLimits limits) {
        this.channel = channel;
        this.limits = limits;
        this.local = (InetSocketAddress) channel.localAddress();
        this.remote = (InetSocketAddress) channel.remoteAddress();
        this.holder = new QuotaHolder("", remote.getAddress());
    }

    /** It is one of those of whom nobody knows yet who they are; false where there are too many. */
    boolean begin() {
        connected = limits.connect(holder);
        stranger = connected && limits.enter(remote.getAddress());
        return stranger;
    }

    /** The peer is no stranger any more: nobody is asked who he is. */
    public void admit() {
        if (stranger) {
            stranger = false;
            limits.leave(remote.getAddress(), reserved);
            limits.adopt(holder, reserved);
        }
    }

    /**
     * It is known now who is there: the peer is no stranger any more. A connection counts as one of the user who was the
     * first to use it.
     *
     * @return false where the user has as many connections as one may; then it is to be closed
     */
    public boolean admit(String user) {
        if (!stranger) {
            return true;
        }
        QuotaHolder known = new QuotaHolder(user, remote.getAddress());
        if (connected) {
            limits.disconnect(holder);
        }
        connected = limits.connect(known);
        if (connected) {
            holder = known;
            admit();
        }
        return connected;
    }

    /** Whose it is. */
    public QuotaHolder holder() {
        return holder;
    }

    /** The peer may be silent for as long as it likes: its protocol sees to that. Whether it is there is asked by TCP. */
    public void letBeSilent() {
        if (channel.pipeline().get(IdleStateHandler.class) != null) {
            channel.pipeline().remove(IdleStateHandler.class);
            channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    /** Whether nobody knows yet who is there. */
    boolean isStranger() {
        return stranger;
    }

    /** Notes how much is reserved for the begin of a request, 0 where none has begun; false where that is too much. */
    boolean reserve(long bytes) {
        long more = bytes - reserved;
        if (more == 0) {
            return true;
        }
        reserved = bytes;
        if (stranger) {
            return limits.reserveForStranger(more);
        }
        return limits.reserve(this, more, bytes == 0);
    }

    /** Whether room is short: nothing is reserved ahead of what comes. */
    boolean isRoomShort() {
        return limits.isUsedUp(this);
    }

    /** Reads no further for one reason more, or less: the begins of requests hold as much as they may. */
    void pause(int more) {
        pauses += more;
        if (channel.isActive()) {
            applyReading();
        }
    }

    boolean isPaused() {
        return pauses > 0;
    }

    /** Whether what the peer sends is read as it comes, or would be if its user took what he is sent. */
    boolean isRead() {
        int ownFault = limits.unsent().isAwaiting(this) ? 1 : 0;
        return pauses == ownFault && !held;
    }

    /** Notes that so much has come. */
    void came(int bytes) {
        cameBytes += bytes;
    }

    /** Bytes that have come since the connection was opened. */
    long cameBytes() {
        return cameBytes;
    }

    /** Closes the connection for a reason that stands in the log. */
    void evict(String reason) {
        channel.pipeline().fireUserEventTriggered(new Eviction(reason));
    }

    /** The connection is gone. */
    void end() {
        reserve(0);
        limits.unsent().end(this);
        admit();
        if (connected) {
            connected = false;
            limits.disconnect(holder);
        }
    }

    /** The address of ours that the peer dialled. */
    public InetSocketAddress local() {
        return local;
    }

    public InetSocketAddress remote() {
        return remote;
    }

    /** Whether what is sent can be read by the peer only. */
    public boolean isEncrypted() {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    /** A buffer outside the heap, to be handed to {@link #send} or released. */
    public ByteBuf buffer(int capacity) {
        return channel.alloc().directBuffer(capacity);
    }

    /** Sends a buffer, which belongs to the connection from now on. It leaves with the next {@link #flush}. */
    public void send(ByteBuf bytes) {
        int length = bytes.readableBytes();
        channel.write(bytes, channel.voidPromise());
        if (length >= UnsentBytes.STEP_BYTES) {
            limits.unsent().sent(this);
        }
    }

    /**
     * The same.
     *
     * @param gone runs once the peer has taken it, or never will
     */
    public void send(ByteBuf bytes, Runnable gone) {
        channel.write(bytes).addListener(f -> gone.run());
    }

    public void flush() {
        channel.flush();
    }

    /** Takes no more bytes from the peer until told so with false: back-pressure to who sends too much. */
    public void hold(boolean hold) {
        held = hold;
        applyReading();
    }

    /** Takes bytes again after {@link #hold}, and offers the session what it has left. */
    public void resume() {
        hold(false);
        channel.pipeline().fireUserEventTriggered(RESUMED);
    }

    /** Whether the peer takes what it is sent; who has more waits for {@link Session#writable}. */
    public boolean isWritable() {
        return channel.isWritable() && limits.unsent().hasRoom(this);
    }

    /**
     * Whether a session may take another frame of what has come: the peer takes what it is sent, and the connection's turn
     * is not over. Where not, what is left is offered again.
     */
    public boolean takesMore() {
        if (turnEnd != NO_END && (++frames & LOOKS_MASK) == 0 && limits.turns().isOver(turnEnd)) {
            turnIsOver = true;
        }
        return !turnIsOver && isWritable();
    }

    /** A turn begins, which ends then. */
    void beginTurn(long end) {
        turnEnd = end;
        turnIsOver = false;
        frames = 0;
    }

    /** Whether the session was stopped for its time. */
    boolean isTurnOver() {
        return turnIsOver;
    }

    /** Bytes that the peer has not taken yet. */
    long unsentBytes() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes();
    }

    void schedule(Runnable task, long delayMs) {
        channel.eventLoop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    /** There is room for answers again. */
    void tellRoom() {
        channel.pipeline().fireUserEventTriggered(ROOM);
    }

    /** Reads while the session takes more and the peer takes what it is sent. */
    void applyReading() {
        channel.config().setAutoRead(!held && pauses == 0 && channel.isWritable());
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    public void close() {
        channel.close();
    }
}
