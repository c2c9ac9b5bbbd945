package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.access.Gate;
import io.posthorse.access.Identity;
import io.posthorse.access.LoginChecker;
import io.posthorse.access.Permission;
import io.posthorse.broker.Broker;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.SignedFields;
import io.posthorse.format.rocketmq.FieldNames;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.net.LogLimiter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests in, or refuses them with the reason: first who signed it, then whether that user may. RocketMQ's clients
 * sign every request by itself, so nothing is remembered but the account that the connection used last. Sends and pulls
 * pass without garbage.
 */
final class AccessGate {
    private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);
    /** Fields that prove who signed a request. They go no further than to here, whether users are asked for or not. */
    static final Set<String> CREDENTIALS = Set.of("AccessKey", "Signature", "SecurityToken");

    private static final byte[] ACCESS_KEY = FieldNames.ascii("AccessKey");
    private static final byte[] SIGNATURE = FieldNames.ascii("Signature");
    private static final byte[] UNIQUE_QUERY = FieldNames.ascii("_UNIQUE_KEY_QUERY");
    /** 4.9.3: clients up to this version add the flag of a query by unique key behind the signature. */
    private static final int FLAG_IS_SIGNED_ABOVE = 399;
    private static final int NAME_BYTES_MAX = 255;
    private static final int PIECE_BYTES = 8 << 10;

    private final Gate gate;
    private final RequestNames names;
    private final RocketmqSettings settings;
    private final LogLimiter complaints;
    private final SignedFields signed = new SignedFields();
    private final byte[] piece = new byte[PIECE_BYTES];

    AccessGate(Gate gate, Broker broker, RocketmqSettings settings, LogLimiter complaints) {
        this.gate = gate;
        this.names = new RequestNames(broker);
        this.settings = settings;
        this.complaints = complaints;
    }

    /** Whether a user that may use this broker signed the request; else it is refused. */
    boolean isSigned(RemotingSession session, RequestHeader header, ByteBuf in, int body, int end) {
        int key = header.field(ACCESS_KEY);
        int signature = header.field(SIGNATURE);
        if (key < 0 || signature < 0) {
            return refuse(session, header, "the request is not signed, and this broker admits users only. Give the client an"
                    + " access key and a secret key (AclClientRPCHook, or mqadmin's tools.yml).");
        }
        byte[] text = header.bytes();
        Identity who = session.identity;
        boolean known = who != null && who.is(text, header.start(key), header.length(key));
        InetAddress source = session.source;
        if (!known) {
            int length = Math.min(header.length(key), NAME_BYTES_MAX);
            who = gate.logins().claimed(text, header.start(key), length);
            if (gate.logins().mustWait(name(header, key), source)) {
                return refuse(session, header, LoginChecker.tooManyFailures(source));
            }
        }
        if (!signed.sort(header)) {
            return refuse(session, header, "a field is given twice with different values");
        }
        if (!matches(who, header, signature, in, body, end)) {
            session.identity = null;
            gate.logins().failed(name(header, key), source);
            return refuse(session, header, LoginChecker.mismatch(name(header, key)));
        }
        if (!known) {
            gate.logins().proved(who, source);
        }
        session.identity = who;
        String unwelcome = LoginChecker.unwelcome(who, source);
        return unwelcome == null || refuse(session, header, unwelcome);
    }

    private static String name(RequestHeader header, int key) {
        int length = Math.min(header.length(key), NAME_BYTES_MAX);
        return new String(header.bytes(), header.start(key), length, StandardCharsets.UTF_8);
    }

    private boolean matches(Identity who, RequestHeader header, int signature, ByteBuf in, int body, int end) {
        byte[] text = header.bytes();
        for (int i = 0; i < signed.count(); i++) {
            int field = signed.field(i);
            if (!header.hasName(field, SIGNATURE)
                    && !(header.version() <= FLAG_IS_SIGNED_ABOVE && header.hasName(field, UNIQUE_QUERY))) {
                who.sign(text, header.start(field), header.length(field));
            }
        }
        for (int at = body; at < end; at += PIECE_BYTES) {
            int length = Math.min(PIECE_BYTES, end - at);
            in.getBytes(at, piece, 0, length);
            who.sign(piece, 0, length);
        }
        return who.matches(text, header.start(signature), header.length(signature));
    }

    /**
     * The request as it may be handled; null where it is refused.
     *
     * <p>A route is given to every user: without any right on the topic it is the same whether the topic exists or not,
     * so that the client goes on to a send or pull, which is refused with the reason. Without a route the client would
     * say no more than "no route info of this topic".
     */
    Frame admit(RemotingSession session, RequestHeader header, Frame request) {
        if (!isSame(header, request)) {
            refuse(session, header, "the request can be read in two ways");
            return null;
        }
        String refusal = refusal(session, request);
        if (refusal == null) {
            return request;
        }
        if (request.code() == RequestCode.GET_ROUTEINFO_BY_TOPIC && request.field("topic") != null) {
            boolean model = request.field("topic").equals(TopicsAndGroups.DEFAULT_TOPIC);
            return model ? request : request.with("topic", settings.brokerName());
        }
        refuse(session, header, refusal);
        return null;
    }

    /** What was signed and what is done must not differ. */
    private boolean isSame(RequestHeader header, Frame request) {
        boolean sameCode = header.isBinary()
                ? (short) header.code() == (short) request.code()
                : header.code() == request.code();
        return sameCode && header.flag() == request.flag() && signed.count() == request.fields().size();
    }

    /** Whether the session's user may send to the topic in that field; else the request is refused. */
    boolean maySend(RemotingSession session, RequestHeader header) {
        int field = header.field(SendNames.of(header.code()).topic());
        String refusal = field < 0 ? null : gate.refusalToSend(
                session.identity, session.source, header.bytes(), header.start(field), header.length(field));
        return refusal == null || refuse(session, header, refusal);
    }

    /** Whether the session's user may read the topic as a member of the group; else the request is refused. */
    boolean mayPull(RemotingSession session, RequestHeader header) {
        int group = header.field(FieldNames.CONSUMER_GROUP);
        int topic = header.field(FieldNames.TOPIC);
        if (group < 0 || topic < 0) {
            return true;
        }
        byte[] text = header.bytes();
        String refusal = gate.refusalToJoin(
                session.identity, session.source, text, header.start(group), header.length(group));
        refusal = refusal != null ? refusal : gate.refusalToRead(
                session.identity, session.source, text, header.start(topic), header.length(topic));
        return refusal == null || refuse(session, header, refusal);
    }

    /** Why the session's user may not have the request; null where it may. */
    private String refusal(RemotingSession session, Frame request) {
        int code = request.binary() ? request.code() & 0xFFFF : request.code();
        Permission permission = Permissions.of(code);
        if (permission == null) {
            return "request code " + code + " is not known to this broker, and what is not known is not allowed";
        }
        return gate.refusal(
                session.identity, session.source, "request code " + code, permission, source -> names.of(source, request));
    }

    private boolean refuse(RemotingSession session, RequestHeader header, String reason) {
        session.refuse(header, ResponseCode.NO_PERMISSION, refused(session, header.code(), reason));
        return false;
    }

    /** The text of a refusal; also a line in the log, of which there are not too many. */
    private String refused(RemotingSession session, int code, String reason) {
        if (complaints.allows("refused")) {
            LOG.info("Request {} from {} is refused: {}", code, session.remote(), reason);
        }
        return "No permission: " + reason;
    }
}
