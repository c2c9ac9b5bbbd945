package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.posthorse.platform.QuotaHolder;
import java.io.UncheckedIOException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler between a socket and its session. It keeps bytes that the session leaves for the next read, in a buffer that
 * doubles with received bytes, whatever length the peer announces; reading stops while the peer does not take its answers,
 * and during other connections' turns. A stranger has limited time to identify itself. A failure in here ends only this
 * connection.
 */
final class SessionHandler extends ChannelInboundHandlerAdapter implements ConnectionTurns.Waiting {
    private static final Logger LOG = LoggerFactory.getLogger(SessionHandler.class);

    /** Initial room for the begin of a request in bytes; it doubles with received bytes. */
    private static final int ROOM_MIN = 64 << 10;

    /** Initial room for a stranger. */
    private static final int STRANGERS_ROOM_MIN = 2 << 10;

    /** Bytes that wait for a turn above which reading stops. */
    private static final int WAITING_BYTES_MAX = 4 << 20;

    private final SessionFactory factory;
    private final InboundLimits limits;
    private final boolean isDialled;
    private final LogLimiter complaints;
    private final Runnable received;
    private ChannelHandlerContext channel;
    private Future<?> deadline;
    private Connection connection;
    private QuotaHolder holder;
    /** Line in which its requests wait for their turn; null where they never wait. */
    private ConnectionTurns.Line line;
    private boolean inLineAsStranger;
    private boolean endOfInput;
    private boolean waits;
    private boolean mustWait;
    /** Whether reading stopped because too many bytes wait for their turn. */
    private boolean isFull;
    /** Null where the peer was refused. */
    private Session session;
    /** Whether the connection is being closed for a limit; nothing it has sent is read any more. */
    private boolean isDropped;
    /** The begin of an incomplete frame, or null. */
    private ByteBuf rest;
    /** Bytes of that frame to wait for, according to the session; 0 where they are unknown. */
    private int needed;
    /** Whether the session is taking frames. */
    private boolean inSession;
    /** Whether the peer has begun to take more since then. */
    private boolean tookMore;

    /**
     * @param limits null where this side has dialled
     * @param received runs before the session gets received bytes
     */
    SessionHandler(SessionFactory factory, InboundLimits limits, LogLimiter complaints, Runnable received) {
        this.factory = factory;
        this.limits = limits == null ? InboundLimits.unlimited() : limits;
        this.isDialled = limits == null;
        this.complaints = complaints;
        this.received = received;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context;
        connection = new Connection(context.channel(), limits);
        if (!isDialled && !connection.begin()) {
            complain(context, "too many connections are open that have not logged in");
            context.close();
            return;
        }
        session = factory.open(connection);
        enterLine();
        if (connection.isStranger()) {
            deadline =
                    context.executor().schedule(() -> identificationTimedOut(context), UnidentifiedPeers.STRANGER_MS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Enters the line of the connection's holder; no line where this side has dialled. */
    private void enterLine() {
        if (line != null) {
            line.leave(this);
        }
        holder = connection.holder();
        inLineAsStranger = connection.isStranger();
        line = isDialled ? null : limits.turns().enter(holder, inLineAsStranger);
    }

    private void identificationTimedOut(ChannelHandlerContext context) {
        if (connection.isStranger()) {
            complain(context, "it did not log in within " + UnidentifiedPeers.STRANGER_MS / 1_000 + " s");
            context.close();
        }
    }

    /**
     * Closes the connection, and returns its memory at once. Netty tells of the end only after all events of the present
     * round, and reads the rest of a closed connection before, even where reading has paused.
     */
    private void drop(ChannelHandlerContext context, String why) {
        complain(context, why);
        isDropped = true;
        if (!inSession) { // the session reads from it just now
            releaseRest();
            connection.reserve(0);
        }
        context.close();
    }

    private void releaseRest() {
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    private void complain(ChannelHandlerContext context, String what) {
        if (complaints.allows("strangers")) {
            LOG.info("Connection from {} is closed: {}", ForwardedClients.clientOf(context.channel()), what);
        }
    }

    /** Updates the reservation, and notes whether the peer is still a stranger. */
    private void settle(ChannelHandlerContext context) {
        if (deadline != null && !connection.isStranger()) {
            deadline.cancel(false);
            deadline = null;
        }
        if (inLineAsStranger && !connection.isStranger()) {
            enterLine();
        }
        if (!connection.reserve(rest == null ? 0 : rest.capacity())) {
            drop(context, "incomplete requests hold the maximum of memory");
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (session == null || isDropped) {
            in.release();
            return;
        }
        connection.came(in.readableBytes());
        received.run();
        try {
            if (line != null && (waits || line.isBusy())) {
                append(context, in);
            }
            while (rest != null && in.isReadable()) {
                complete(context, in);
            }
            if (in.isReadable()) {
                keep(context, in, read(in));
            }
        } finally {
            in.release();
        }
        if (tookMore) {
            offer(context);
        }
        settle(context);
        awaitTurn();
    }

    private int read(ByteBuf in) {
        inSession = true;
        ConnectionTurns.Line mine = line;
        long turnEnd = mine == null ? Connection.NO_END : mine.turnEnd();
        connection.beginTurn(turnEnd);
        try {
            return session.read(in);
        } finally {
            inSession = false;
            if (mine != null) {
                mine.ended(turnEnd);
            }
        }
    }

    /** Keeps bytes that come during others' turns. */
    private void append(ChannelHandlerContext context, ByteBuf in) {
        if (rest == null) {
            needed = 0;
            rest = context.alloc().directBuffer(in.readableBytes() + 1024);
        }
        rest.discardSomeReadBytes();
        rest.writeBytes(in);
        mustWait = true;
        if (!isFull && rest.readableBytes() >= WAITING_BYTES_MAX) {
            isFull = true;
            connection.pause(1);
        }
    }

    /** Waits for the next turn where there is more work than this one had time for. */
    private void awaitTurn() {
        boolean hasMore = mustWait || rest != null && connection.isTurnOver();
        mustWait = false;
        if (hasMore && line == null) {
            offer(channel); // its holder is known by now, and needs no turns
        } else if (hasMore && !waits && channel.channel().isActive()) {
            waits = true;
            line.await(this, task -> channel.executor().schedule(task, 1, TimeUnit.NANOSECONDS));
        }
    }

    @Override
    public void continueTurn() {
        waits = false;
        readOn();
        try {
            offer(channel);
        } catch (RuntimeException | Error e) {
            exceptionCaught(channel, e); // must not affect others of the line
        }
        closeAtEnd(channel);
    }

    private void readOn() {
        if (isFull) {
            isFull = false;
            try {
                connection.pause(-1);
            } catch (UncheckedIOException e) {
                endOfInput = true; // the peer has closed meanwhile, and the system has dropped the socket
            }
        }
    }

    /** Closes a connection whose peer sends no more, once all received bytes are processed. */
    private void closeAtEnd(ChannelHandlerContext context) {
        boolean hasWork = waits || rest != null && (connection.isTurnOver() || !connection.isWritable());
        if (endOfInput && !hasWork) {
            context.close();
        }
    }

    /** Adds only the missing bytes of the kept frame: only a frame that came in pieces is copied. */
    private void complete(ChannelHandlerContext context, ByteBuf in) {
        int lacks = needed > rest.readableBytes() ? needed - rest.readableBytes() : in.readableBytes();
        rest.discardSomeReadBytes();
        rest.writeBytes(in, Math.min(lacks, in.readableBytes()));
        ByteBuf before = rest;
        int more = read(before);
        if (before.readerIndex() == 0) {
            needed = more;
            before.ensureWritable(Math.max(0, room(before.readableBytes(), more) - before.readableBytes()));
            return;
        }
        rest = null;
        keep(context, before, more);
        before.release();
    }

    private void keep(ChannelHandlerContext context, ByteBuf in, int more) {
        int left = in.readableBytes();
        if (left > 0) {
            needed = more;
            rest = context.alloc().directBuffer(Math.max(room(left, more), left + 1024)).writeBytes(in);
        }
    }

    /**
     * Returns the bytes to make room for.
     *
     * @param there bytes received so far
     * @param needed bytes that the session needs
     */
    private int room(int there, int needed) {
        if (connection.isRoomShort()) {
            return there;
        }
        return Math.min(needed, Math.max(connection.isStranger() ? STRANGERS_ROOM_MIN : ROOM_MIN, 2 * there));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (connection != null) {
            connection.applyReading();
            if (connection.isWritable() && session != null) {
                tellRoom(context);
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        } else if (event instanceof Connection.Eviction eviction) {
            drop(context, eviction.reason());
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            endOfInput = true;
            closeAtEnd(context);
        } else if (event == Connection.RESUMED) {
            offer(context);
            closeAtEnd(context);
        } else if (event == Connection.ROOM && session != null) {
            tellRoom(context);
        } else if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess() && session != null) {
            connection.handshakeDone();
            settle(context);
        }
    }

    private void tellRoom(ChannelHandlerContext context) {
        session.writable();
        tookMore = true;
        if (!inSession) {
            offer(context);
            closeAtEnd(context);
        }
    }

    /** Offers the session the remaining bytes; it may take them now. */
    private void offer(ChannelHandlerContext context) {
        if (waits) {
            return; // offered in the next turn
        }
        do {
            tookMore = false;
            if (rest == null) {
                return;
            }
            takeRest(context);
        } while (tookMore);
        settle(context);
        context.flush();
        awaitTurn();
    }

    /** Offers the kept bytes; those that the session still leaves stay in place. */
    private void takeRest(ChannelHandlerContext context) {
        ByteBuf before = rest;
        rest = null;
        try {
            int more = read(before);
            if (more == 0 && before.isReadable()) {
                needed = 0;
                rest = before.retain();
            } else {
                keep(context, before, more);
            }
        } finally {
            before.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        releaseRest();
        if (deadline != null) {
            deadline.cancel(false);
        }
        long turnEnd = line == null ? 0 : line.turnEnd();
        if (connection != null) {
            connection.end();
        }
        if (session != null) {
            session.closed();
        }
        if (line != null) {
            line.ended(turnEnd);
            line.leave(this);
            line = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause.getCause() instanceof NotSslRecordException) {
            // its text has all that came, secrets among it
            if (complaints.allows("no TLS")) {
                LOG.warn("Connection from {} is closed: it is not encrypted, and this port takes no others. Have the client"
                        + " use TLS.", context.channel().remoteAddress());
            }
        } else if (!(cause instanceof java.io.IOException) && complaints.allows(cause.getClass().getSimpleName())) {
            LOG.warn("Connection from {} is closed: {}", context.channel().remoteAddress(), cause.toString(),
                    cause instanceof RuntimeException && cause.getStackTrace().length > 0 ? cause : null);
        }
        context.close();
    }
}
