package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;

/** One connection, as a protocol session sees it. Used on the owner's thread only. */
public final class Connection {
    /** Goes through the pipeline when a session takes more again. */
    static final Object RESUMED = new Object();

    private final Channel channel;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final InboundLimits limits;
    private boolean held;
    private boolean paused;
    private boolean stranger;
    /** Bytes that are reserved for the begin of a request. */
    private long reserved;

    Connection(Channel channel, InboundLimits limits) {
        this.channel = channel;
        this.limits = limits;
        this.local = (InetSocketAddress) channel.localAddress();
        this.remote = (InetSocketAddress) channel.remoteAddress();
    }

    /** It is one of those of whom nobody knows yet who they are; false where there are too many. */
    boolean begin() {
        stranger = limits.enter(remote.getAddress());
        return stranger;
    }

    /** It is known now who is there: the peer is no stranger any more. */
    public void admit() {
        if (stranger) {
            stranger = false;
            limits.leave(remote.getAddress(), reserved);
        }
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
        limits.reserve(this, more, bytes == 0);
        return true;
    }

    /** Reads no further for now: the begins of requests hold as much as they may. */
    void pause(boolean pause) {
        if (paused != pause) {
            paused = pause;
            if (channel.isActive()) {
                applyReading();
            }
        }
    }

    /** The connection is gone. */
    void end() {
        reserve(0);
        admit();
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
        channel.write(bytes, channel.voidPromise());
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
        return channel.isWritable();
    }

    /** Reads while the session takes more and the peer takes what it is sent. */
    void applyReading() {
        channel.config().setAutoRead(!held && !paused && channel.isWritable());
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    public void close() {
        channel.close();
    }
}
