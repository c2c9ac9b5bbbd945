package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.posthorse.access.Identity;
import io.posthorse.access.Origin;
import io.posthorse.broker.Lookup;
import io.posthorse.broker.NotResidentException;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.Host;
import io.posthorse.net.Connection;
import io.posthorse.net.Session;
import io.posthorse.platform.QuotaHolder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * A client connection: cuts the input into frames, passes them to their handlers, and sends the answers. Sends and pulls are
 * handled by {@link SendRequests} and {@link PullRequests} in place, from the bytes of the frame; all other requests are
 * decoded to a {@link Frame} first.
 */
final class RemotingSession implements Session, Peer {
    /** Reason for refusing a request that waited for the disk while rights changed. */
    static final String RIGHTS_CHANGED = "users or rules changed while the request waited; send it again";

    final RemotingProtocol protocol;
    final Host bornHost;
    final Host storeHost;
    /** First part of the ids of messages that are sent over this connection. */
    final byte[] messageIdBegin;
    final Set<PullWaiter> waiters = new HashSet<>();
    final Set<PopWaiter> pops = new HashSet<>();
    /** Tasks that wait until the peer takes what it has been sent, each for a request. */
    private final Queue<Runnable> postponed = new ArrayDeque<>();
    final InetAddress source;
    /** Signer of the last request; null without access control. */
    Identity identity;

    /** Number of changes of users or rules since the connection was opened. */
    int rightsChanges;

    private final Connection connection;
    private QuotaHolder holder;
    private final ReplyBatches replies;
    private final ClientCalls calls;

    RemotingSession(RemotingProtocol protocol, Connection connection) {
        this.protocol = protocol;
        this.connection = connection;
        this.calls = new ClientCalls(this::send, protocol.timers);
        this.replies = new ReplyBatches(connection, protocol);
        this.source = connection.remote().getAddress();
        this.holder = new QuotaHolder("", source);
        this.bornHost = Host.of(connection.remote());
        this.storeHost = Host.of(Addresses.advertised(protocol.settings, connection.local()), protocol.settings.port());
        this.messageIdBegin = storeHost.hex().getBytes(StandardCharsets.US_ASCII);
        if (protocol.gate == null) {
            connection.admit();
        }
    }

    @Override
    public int read(ByteBuf in) {
        while (connection.takesMore() && in.readableBytes() >= 4) {
            int start = in.readerIndex();
            int length = FrameCodec.checkLength(in.getInt(start), frameMax());
            if (in.readableBytes() < 4 + length) {
                return 4 + length;
            }
            frame(in, start + 4, start + 4 + length, null);
            in.readerIndex(start + 4 + length);
        }
        return 0;
    }

    /** Returns the maximum length of a frame: RocketMQ's, or that of the longest message where longer ones are allowed. */
    private int frameMax() {
        int longest = protocol.settings.messageBytesMax() + FrameCodec.HEADER_BYTES_MAX;
        return Math.max(FrameCodec.FRAME_BYTES_MAX, Math.min(FrameCodec.FRAME_BYTES_LIMIT, longest));
    }

    /** Returns whether a request is not for a broker that follows; it is refused then. */
    private boolean isForAnother(RequestHeader header) {
        boolean isInCluster = !protocol.copies().knowsGroups();
        if (isInCluster && header.code() == RequestCode.QUERY_CONSUMER_OFFSET) {
            connection.close(); // clients before 5.0 take any refusal for "this group has never read here"
            return true;
        }
        String refusal = Decisions.has(header.code()) ? Decisions.REFUSAL
                : isInCluster && Decisions.isLeaders(header.code()) ? Decisions.OF_LEADERS : null;
        if (refusal != null) {
            refuse(header, ResponseCode.SERVICE_NOT_AVAILABLE, refusal);
        }
        return refusal != null;
    }

    /**
     * Handles a request or a response.
     *
     * @param retry state of a request that waited for the disk; null on the first attempt
     */
    private void frame(ByteBuf in, int start, int end, RetriedRequest retry) {
        RequestHeader header = protocol.header;
        int body = header.read(in, start, end);
        if (header.isResponse()) {
            if (calls.awaits(header.opaque())) {
                calls.answered(FrameCodec.decode(in.slice(start, end - start)));
            }
            return;
        }
        AccessGate gate = protocol.gate;
        if (gate != null) {
            if (!gate.isSigned(this, header, in, body, end)) {
                return;
            }
            if (!connection.admit(identity.name())) {
                refuse(header, ResponseCode.SYSTEM_BUSY, "the user " + identity.name() + " has as many connections as"
                        + " one may have here (share.user of connections.max); close some");
                connection.flush();
                connection.close();
                return;
            }
        }
        if (protocol.shard.isFollowing() && isForAnother(header)) {
            return;
        }
        long before = protocol.broker.decisions();
        try {
            switch (header.code()) {
                case RequestCode.SEND_MESSAGE_V2, RequestCode.SEND_MESSAGE, RequestCode.SEND_BATCH_MESSAGE -> {
                    if (gate == null || gate.maySend(this, header)) {
                        protocol.sends.handle(this, header, in, body, end - body);
                    }
                }
                case RequestCode.PULL_MESSAGE, RequestCode.LITE_PULL_MESSAGE -> {
                    if (gate == null || gate.mayPull(this, header)) {
                        protocol.pulls.handle(this, header);
                    }
                }
                default -> {
                    Frame request = FrameCodec.decode(in.slice(start, end - start));
                    Frame admitted = gate == null ? request : gate.admit(this, header, request);
                    if (admitted != null) {
                        other(header.code(), admitted.without(AccessGate.CREDENTIALS));
                    }
                }
            }
        } catch (MalformedFrameException e) {
            refuse(header, ResponseCode.INVALID_PARAMETER, e.getMessage());
        } catch (NotResidentException e) {
            RetriedRequest again = retry != null ? retry : retry(ByteBufUtil.getBytes(in, start, end - start));
            lookUp(e.lookup(before), again, header);
        } finally {
            protocol.bodies.forget();
        }
    }

    /** Reads the records that a request needs from the disk, then runs it again. */
    private void lookUp(Lookup missing, RetriedRequest retry, RequestHeader header) {
        if (!protocol.old.read(missing, retry)) {
            refuse(header, ResponseCode.SYSTEM_BUSY, "too many requests wait for the disk; nothing was done. Try again.");
        }
    }

    /** Returns a retry that runs the request from its beginning, including the checks of signature and rights. */
    private RetriedRequest retry(byte[] request) {
        RetriedRequest retry = new RetriedRequest(request.length);
        retry.onRead(() -> whenWritable(() -> {
            try {
                frame(Unpooled.wrappedBuffer(request), 0, request.length, retry);
            } catch (RuntimeException e) {
                connection.close();
                throw e;
            }
            connection.flush();
        }));
        return retry;
    }

    private void other(int code, Frame request) {
        RequestHandler handler = protocol.handler(code);
        if (handler == null) {
            answer(request, request.refuse(
                    ResponseCode.REQUEST_CODE_NOT_SUPPORTED, " request type " + code + " not supported"));
            return;
        }
        long before = protocol.broker.decisions();
        Frame response;
        try {
            response = handler.handle(this, request);
        } catch (MalformedFrameException e) {
            response = request.refuse(ResponseCode.INVALID_PARAMETER, e.getMessage());
        } catch (IllegalArgumentException e) { // cannot be stored
            response = request.refuse(ResponseCode.INVALID_PARAMETER, String.valueOf(e.getMessage()));
        }
        if (response == null || request.isOneWay()) {
            return;
        }
        if (response.body().length > bodyMax()) {
            response = request.refuse(ResponseCode.SYSTEM_ERROR, "the answer has " + response.body().length
                    + " bytes, more than a frame can hold; ask for less at a time");
        }
        if (protocol.broker.decisions() == before) {
            answer(request, response);
        } else {
            // the answer rests on a decision, so it waits until that is committed
            FrameCodec.encode(response, replies.open(request.opaque(), request.binary()));
            replies.parked();
        }
    }

    /** Returns the maximum length of an answer's body: a stored message is longer than its own body. */
    private int bodyMax() {
        int longest = protocol.settings.messageBytesMax() + FrameCodec.HEADER_BYTES_MAX;
        return Math.max(FrameCodec.FRAME_BYTES_MAX - FrameCodec.HEADER_BYTES_MAX, longest);
    }

    /**
     * Returns the buffer for an answer that is sent once everything written so far is committed; call {@link #parked} after
     * it.
     */
    ByteBuf openReply(RequestHeader header) {
        return replies.open(header.opaque(), header.isBinary());
    }

    void parked() {
        replies.parked();
    }

    /**
     * Notes that the answer to a send is in the buffer; where the master is synchronous it waits for a slave, too.
     *
     * @param at index of its first byte
     */
    void sent(int at) {
        replies.sent(at);
    }

    /** Refuses a request of the hot path; a one-way request gets no answer. */
    void refuse(RequestHeader header, int code, String remark) {
        if (header.isOneWay()) {
            return;
        }
        protocol.writer.begin(header.isBinary(), code, header.opaque(), remark);
        ByteBuf out = connection.buffer(512);
        protocol.writer.end(out, 0);
        connection.send(out);
    }

    /** Sends a request to the client; the outcome is reported once. */
    void ask(int code, Map<String, String> fields, byte[] body, long timeoutMs, ClientCalls.Outcome outcome) {
        calls.ask(code, protocol.nextOpaque(), fields, body, timeoutMs, outcome);
    }

    Connection connection() {
        return connection;
    }

    /** Returns the name of the user who signed the last request; empty where there is none. */
    String user() {
        return identity == null ? "" : identity.name();
    }

    /** Returns the holder of the resources that its requests take. */
    QuotaHolder holder() {
        if (!holder.user().equals(user())) {
            holder = new QuotaHolder(user(), source);
        }
        return holder;
    }

    /** Returns the origin of its requests. */
    Origin origin() {
        return new Origin(source, connection.isEncrypted());
    }

    @Override
    public InetSocketAddress local() {
        return connection.local();
    }

    @Override
    public InetSocketAddress remote() {
        return connection.remote();
    }

    @Override
    public void send(Frame frame) {
        if (connection.isOpen()) {
            ByteBuf out = connection.buffer(256 + frame.body().length);
            FrameCodec.encode(frame, out);
            connection.send(out);
            connection.flush();
        }
    }

    /**
     * Runs a task whose answer may be large: now, or once the peer takes what it has been sent. A task whose connection is
     * closed before does not run.
     */
    void whenWritable(Runnable task) {
        if (connection.isWritable()) {
            task.run();
        } else if (connection.isOpen()) {
            postponed.add(task);
        }
    }

    @Override
    public void writable() {
        for (int left = postponed.size(); left > 0 && connection.isWritable() && !postponed.isEmpty(); left--) {
            postponed.remove().run();
        }
    }

    /** Answers all waiting pulls and pops as empty, so that the rights of the next ones are checked. */
    void endWaiting() {
        rightsChanges++;
        Set.copyOf(waiters).forEach(PullWaiter::dismiss);
        Set.copyOf(pops).forEach(PopWaiter::expire);
    }

    /** Answers the waiting pulls of a group in topics as empty, so that the client pulls again. */
    void endPulls(String group, Set<String> topics) {
        Set.copyOf(waiters).stream()
                .filter(pull -> pull.group.name().equals(group) && topics.contains(pull.partition.topic().name()))
                .forEach(PullWaiter::dismiss);
    }

    @Override
    public void closed() {
        protocol.left(this);
        replies.drop();
        postponed.clear();
        calls.closed();
        Set.copyOf(waiters).forEach(PullWaiter::cancel);
        Set.copyOf(pops).forEach(PopWaiter::cancel);
        protocol.handlers().forEach(h -> h.closed(this));
    }
}
