package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.auth.AccessControl;
import io.posthorse.auth.Account;
import io.posthorse.auth.Action;
import io.posthorse.auth.Actions;
import io.posthorse.auth.ResourceKind;
import io.posthorse.auth.Verdict;
import io.posthorse.broker.Broker;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.SignedFields;
import io.posthorse.format.rocketmq.Destinations;
import io.posthorse.format.rocketmq.Fields;
import io.posthorse.format.rocketmq.Permission;
import io.posthorse.format.rocketmq.Rights;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.net.Complaints;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests in, or refuses them with the reason: first who signed it, then whether that user may. RocketMQ's clients
 * sign every request by itself, so nothing is remembered but the account that the connection used last. Sends and pulls
 * pass without garbage.
 */
final class AccessGate {
    private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);
    private static final byte[] ACCESS_KEY = Fields.ascii("AccessKey");
    private static final byte[] SIGNATURE = Fields.ascii("Signature");
    private static final byte[] UNIQUE_QUERY = Fields.ascii("_UNIQUE_KEY_QUERY");
    private static final byte[] SYSTEM = Fields.ascii("RMQ_SYS_");
    /** 4.9.3: clients up to this version add the flag of a query by unique key behind the signature. */
    private static final int FLAG_IS_SIGNED_ABOVE = 399;
    private static final int NAME_BYTES_MAX = 255;
    private static final int PIECE_BYTES = 8 << 10;
    private static final Actions PUB = Actions.of(Action.PUB);
    private static final Actions SUB = Actions.of(Action.SUB);

    private final AccessControl access;
    private final Rights rights;
    private final RequestNames names;
    private final RocketmqSettings settings;
    private final Complaints complaints;
    private final SignedFields signed = new SignedFields();
    private final byte[] piece = new byte[PIECE_BYTES];

    AccessGate(AccessControl access, Broker broker, RocketmqSettings settings, Complaints complaints) {
        this.access = access;
        this.rights = new Rights(access, broker, settings.cluster());
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
        Account account = session.account;
        boolean known = account != null && account.is(text, header.start(key), header.length(key));
        InetAddress source = session.source;
        if (!known) {
            int length = Math.min(header.length(key), NAME_BYTES_MAX);
            account = access.account(text, header.start(key), length);
            if (access.mustWait(name(header, key), source)) {
                return refuse(session, header, Rights.tooManyFailures(source));
            }
        }
        if (!signed.sort(header)) {
            return refuse(session, header, "a field is given twice with different values");
        }
        if (!matches(account, header, signature, in, body, end)) {
            session.account = null;
            access.failed(name(header, key), source);
            return refuse(session, header, Rights.mismatch(name(header, key)));
        }
        session.account = account;
        String unwelcome = Rights.unwelcome(account.user(), source);
        return unwelcome == null || refuse(session, header, unwelcome);
    }

    private static String name(RequestHeader header, int key) {
        int length = Math.min(header.length(key), NAME_BYTES_MAX);
        return new String(header.bytes(), header.start(key), length, StandardCharsets.UTF_8);
    }

    private boolean matches(Account account, RequestHeader header, int signature, ByteBuf in, int body, int end) {
        byte[] text = header.bytes();
        for (int i = 0; i < signed.count(); i++) {
            int field = signed.field(i);
            if (!header.hasName(field, SIGNATURE)
                    && !(header.version() <= FLAG_IS_SIGNED_ABOVE && header.hasName(field, UNIQUE_QUERY))) {
                account.sign(text, header.start(field), header.length(field));
            }
        }
        for (int at = body; at < end; at += PIECE_BYTES) {
            int length = Math.min(PIECE_BYTES, end - at);
            in.getBytes(at, piece, 0, length);
            account.sign(piece, 0, length);
        }
        return account.matches(text, header.start(signature), header.length(signature));
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
            boolean model = request.field("topic").equals(Destinations.DEFAULT_TOPIC);
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
        return field < 0 || may(session, header, ResourceKind.TOPIC, field, PUB);
    }

    /** Whether the session's user may read the topic as a member of the group; else the request is refused. */
    boolean mayPull(RemotingSession session, RequestHeader header) {
        int group = header.field(Fields.CONSUMER_GROUP);
        int topic = header.field(Fields.TOPIC);
        return group < 0 || topic < 0
                || may(session, header, ResourceKind.GROUP, group, SUB)
                        && may(session, header, ResourceKind.TOPIC, topic, SUB);
    }

    private boolean may(RemotingSession session, RequestHeader header, ResourceKind kind, int field, Actions wanted) {
        byte[] text = header.bytes();
        int start = header.start(field);
        int length = header.length(field);
        Verdict refusal;
        if (kind == ResourceKind.TOPIC && isSpecial(text, start, length)) {
            String topic = new String(text, start, length, StandardCharsets.UTF_8);
            Verdict verdict = rights.decide(session.account, session.source, kind, topic, wanted);
            refusal = verdict.allowed() ? null : verdict;
        } else {
            refusal = access.refusal(session.account, kind, text, start, length, wanted, session.source);
        }
        return refusal == null || refuse(session, header, refusal.reason());
    }

    private static boolean isSpecial(byte[] text, int start, int length) {
        if (length == 0 || text[start] == '%') {
            return true;
        }
        if (length < SYSTEM.length) {
            return false;
        }
        for (int i = 0; i < SYSTEM.length; i++) {
            if (text[start + i] != SYSTEM[i]) {
                return false;
            }
        }
        return true;
    }

    /** Why the session's user may not have the request; null where it may. */
    private String refusal(RemotingSession session, Frame request) {
        int code = request.binary() ? request.code() & 0xFFFF : request.code();
        Permission permission = Permissions.of(code);
        if (permission == null) {
            return "request code " + code + " is not known to this broker, and what is not known is not allowed";
        }
        return rights.refusal(
                session.account, session.source, "request code " + code, permission, source -> names.of(source, request));
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
