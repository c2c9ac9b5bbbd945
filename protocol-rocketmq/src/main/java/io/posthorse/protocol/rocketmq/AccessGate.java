package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.access.Gate;
import io.posthorse.access.Permission;
import io.posthorse.broker.Broker;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.FieldNames;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.net.LogLimiter;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The permission check of remoting requests: verifies the signature of each and then the user's permission, and refuses it
 * with the reason. RocketMQ's clients sign every request, so nothing is kept but the account that the connection used last.
 * Sends and pulls are checked without allocation.
 */
final class AccessGate {
    private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);
    /** Fields that prove who signed a request. Handlers never see them, whether or not the broker asks for users. */
    static final Set<String> CREDENTIALS = Set.of("AccessKey", "Signature", "SecurityToken");

    private final Gate gate;
    private final RequestNames names;
    private final RocketmqSettings settings;
    private final LogLimiter complaints;
    private final SignatureCheck signatures;

    AccessGate(
            Gate gate, Broker broker, RequestBodies bodies, RocketmqSettings settings, LogLimiter complaints) {
        this.gate = gate;
        this.signatures = new SignatureCheck(gate);
        this.names = new RequestNames(broker, bodies);
        this.settings = settings;
        this.complaints = complaints;
    }

    /** Returns whether a user that may use this broker signed the request; otherwise refuses it. */
    boolean isSigned(RemotingSession session, RequestHeader header, ByteBuf in, int body, int end) {
        String refusal = signatures.refusal(session.identity, session.source, header, in, body, end);
        session.identity = signatures.signer();
        return refusal == null || refuse(session, header, refusal);
    }

    /**
     * Returns the request in the form in which it may be handled, or null where it is refused.
     *
     * <p>Every user gets a route: without any permission on the topic it is the same whether or not the topic exists, so
     * that the client continues with a send or pull, which is refused with the reason. Without a route the client would
     * report only "no route info of this topic".
     */
    Frame admit(RemotingSession session, RequestHeader header, Frame request) {
        if (!signatures.covers(header, request)) {
            refuse(session, header, "the request is ambiguous: what was signed differs from what was read");
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

    /** Returns whether the session's user may send to the topic that the header names; otherwise refuses the request. */
    boolean maySend(RemotingSession session, RequestHeader header) {
        int field = header.field(SendNames.of(header.code()).topic());
        String refusal = field < 0 ? null : gate.refusalToSend(
                session.identity, session.source, header.bytes(), header.start(field), header.length(field));
        return refusal == null || refuse(session, header, refusal);
    }

    /** Returns whether the session's user may read the topic as a member of the group; otherwise refuses the request. */
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

    /** Returns why the session's user may not make the request; null where it may. */
    private String refusal(RemotingSession session, Frame request) {
        int code = request.binary() ? request.code() & 0xFFFF : request.code();
        Permission permission = Permissions.of(code);
        if (permission == null) {
            return "request code " + code + " is unknown to this broker, and unknown requests are not allowed";
        }
        return gate.refusal(
                session.identity, session.source, "request code " + code, permission,
                source -> names.of(source, request, session.identity.isSuper()));
    }

    private boolean refuse(RemotingSession session, RequestHeader header, String reason) {
        session.refuse(header, ResponseCode.NO_PERMISSION, refused(session, header.code(), reason));
        return false;
    }

    /** Returns the text of a refusal and writes it, rate-limited, to the server log. */
    private String refused(RemotingSession session, int code, String reason) {
        if (complaints.allows("refused")) {
            LOG.info("Request {} from {} is refused: {}", code, session.remote(), reason);
        }
        return "No permission: " + reason;
    }
}
