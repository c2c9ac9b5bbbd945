package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.posthorse.platform.QuotaHolder;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** One connection, as a protocol session sees it. Used on the owner's thread only. */
public final class Connection {
    /** Pipeline event: the session takes more again. */
    static final Object RESUMED = new Object();
    /** Pipeline event: there is room for answers again. */
    static final Object ROOM = new Object();

    /** End of a turn without a limit. */
    static final long NO_END = Long.MAX_VALUE;
    /** Mask of the frames after which the clock is read: every fourth one. */
    private static final int LOOKS_MASK = 3;

    /** Pipeline event: the connection is to be closed. */
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
    /** Its place among the strangers; null where it is known. */
    private UnidentifiedPeers.Place stranger;
    /** Whether the peer has to encrypt the connection first; it is a stranger until then. */
    private boolean inHandshake;
    /** Whether the peer ends being a stranger with the handshake. */
    private boolean admitsAfterHandshake;
    private long cameBytes;
    /** Bytes reserved for the begin of a request. */
    private long reserved;

    Connection(Channel channel, InboundLimits limits) {
        this.channel = channel;
        this.limits = limits;
        this.local = (InetSocketAddress) channel.localAddress();
        this.remote = ForwardedClients.clientOf(channel);
        this.holder = new QuotaHolder("", remote.getAddress());
        this.inHandshake = isEncrypted();
    }

    /** Counts the connection as a stranger; returns false where there are too many. */
    boolean begin() {
        connected = limits.connect(holder);
        stranger = connected
                ? limits.enter(remote.getAddress(), () -> evict("it has not logged in, and others need its place"))
                : null;
        return stranger != null;
    }

    /** Ends the state as a stranger, for protocols without users: now, or with the end of a TLS handshake. */
    public void admit() {
        if (inHandshake) {
            admitsAfterHandshake = true;
        } else {
            endStranger();
        }
    }

    /** Notes that the peer has completed its TLS handshake. */
    void handshakeDone() {
        inHandshake = false;
        if (admitsAfterHandshake) {
            endStranger();
        }
    }

    private void endStranger() {
        if (stranger != null) {
            limits.leave(stranger, reserved);
            stranger = null;
            limits.adopt(holder, reserved);
        }
    }

    /**
     * Ends the state as a stranger, for a known user. A connection counts for the first user of it.
     *
     * @return false where the user has the maximum of connections; the caller closes it then
     */
    public boolean admit(String user) {
        if (stranger == null) {
            return true;
        }
        QuotaHolder known = new QuotaHolder(user, remote.getAddress());
        if (connected) {
            limits.disconnect(holder);
        }
        connected = limits.connect(known);
        if (connected) {
            holder = known;
            endStranger();
        }
        return connected;
    }

    /** Returns the user and address that hold the connection. */
    public QuotaHolder holder() {
        return holder;
    }

    /** Allows silence for any time, since the protocol monitors the peer. TCP keep-alive is on. */
    public void letBeSilent() {
        if (channel.pipeline().get(IdleStateHandler.class) != null) {
            channel.pipeline().remove(IdleStateHandler.class);
            channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    /** Returns whether the peer is a stranger. */
    boolean isStranger() {
        return stranger != null;
    }

    /** Sets the bytes reserved for the begin of a request, 0 where none has begun; returns false where that is too much. */
    boolean reserve(long bytes) {
        long more = bytes - reserved;
        if (more == 0) {
            return true;
        }
        reserved = bytes;
        if (stranger != null) {
            return limits.reserveForStranger(more);
        }
        return limits.reserve(this, more, bytes == 0);
    }

    /** Returns whether memory is short, so that nothing is reserved ahead of received bytes. */
    boolean isRoomShort() {
        return limits.isUsedUp(this);
    }

    /** Adds a reason to pause reading, or removes one: the begins of requests hold their maximum of memory. */
    void pause(int more) {
        pauses += more;
        if (channel.isActive()) {
            applyReading();
        }
    }

    boolean isPaused() {
        return pauses > 0;
    }

    /** Returns whether the peer's bytes are read as they come, or would be if its user took its answers. */
    boolean isRead() {
        int ownFault = limits.unsent().isAwaiting(this) ? 1 : 0;
        return pauses == ownFault && !held;
    }

    /** Counts received bytes. */
    void came(int bytes) {
        cameBytes += bytes;
    }

    /** Returns the bytes received since the connection was opened. */
    long cameBytes() {
        return cameBytes;
    }

    /** Closes the connection and logs the reason. */
    void evict(String reason) {
        channel.pipeline().fireUserEventTriggered(new Eviction(reason));
    }

    /** Notes that the connection has ended. */
    void end() {
        reserve(0);
        limits.unsent().end(this);
        endStranger();
        if (connected) {
            connected = false;
            limits.disconnect(holder);
        }
    }

    /** Returns the local address that the peer dialled. */
    public InetSocketAddress local() {
        return local;
    }

    public InetSocketAddress remote() {
        return remote;
    }

    /** Returns whether the connection is encrypted. */
    public boolean isEncrypted() {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    /**
     * Returns the SHA-256 of the certificate of the side that has accepted the connection, which is 32 bytes at both ends
     * unless somebody sits in between; empty where the connection is not encrypted, or its handshake has not ended.
     */
    public byte[] certificateDigest() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null || !tls.handshakeFuture().isSuccess()) {
            return new byte[0];
        }
        try {
            SSLSession session = tls.engine().getSession();
            Certificate[] chain =
                    tls.engine().getUseClientMode() ? session.getPeerCertificates() : session.getLocalCertificates();
            return MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
        } catch (SSLPeerUnverifiedException | GeneralSecurityException e) {
            throw new IllegalStateException("an encrypted connection has no certificate that can be read", e);
        }
    }

    /** Returns a buffer outside the heap, to be passed to {@link #send} or released. */
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
     * Sends a buffer.
     *
     * @param gone runs once the peer has taken it, or never will
     */
    public void send(ByteBuf bytes, Runnable gone) {
        channel.write(bytes).addListener(f -> gone.run());
    }

    public void flush() {
        channel.flush();
    }

    /** Stops or continues reading from the peer: back-pressure against one that sends too much. */
    public void hold(boolean hold) {
        held = hold;
        applyReading();
    }

    /** Continues reading after {@link #hold}, and offers the session the remaining bytes. */
    public void resume() {
        hold(false);
        channel.pipeline().fireUserEventTriggered(RESUMED);
    }

    /** Returns whether the peer takes its answers; if not, the session waits for {@link Session#writable}. */
    public boolean isWritable() {
        return channel.isWritable() && limits.unsent().hasRoom(this);
    }

    /**
     * Returns whether a session may take another frame of the received bytes: the peer takes its answers, and the
     * connection's turn is not over. If not, the remaining bytes are offered again later.
     */
    public boolean takesMore() {
        if (turnEnd != NO_END && (++frames & LOOKS_MASK) == 0 && limits.turns().isOver(turnEnd)) {
            turnIsOver = true;
        }
        return !turnIsOver && isWritable();
    }

    /**
     * Begins a turn.
     *
     * @param end time at which it ends, in {@link Clock#nanos}
     */
    void beginTurn(long end) {
        turnEnd = end;
        turnIsOver = false;
        frames = 0;
    }

    /** Returns whether the session stopped because its turn was over. */
    boolean isTurnOver() {
        return turnIsOver;
    }

    /** Returns the bytes that the peer has not taken yet. */
    long unsentBytes() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes();
    }

    void schedule(Runnable task, long delayMs) {
        channel.eventLoop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    /** Reports that there is room for answers again. */
    void tellRoom() {
        channel.pipeline().fireUserEventTriggered(ROOM);
    }

    /** Reads while the session takes more and the peer takes its answers. */
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
