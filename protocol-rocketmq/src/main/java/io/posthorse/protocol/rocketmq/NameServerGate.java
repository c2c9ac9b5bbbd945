package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.access.Gate;
import io.posthorse.access.Identity;
import io.posthorse.access.Permission;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * The permission check of a name server without a broker in its process: verifies the signature of each request, then the
 * user's permission. Used on the owner's thread, one request after the other.
 */
public final class NameServerGate {
    /** All that a node may ask for: a signature does not say which request it is for. */
    private static final Set<Integer> OF_NODES = Set.of(
            RequestCode.REGISTER_BROKER, RequestCode.UNREGISTER_BROKER, RequestCode.QUERY_DATA_VERSION,
            RequestCode.GET_ROUTEINFO_BY_TOPIC);

    private final Gate gate;
    private final String brokerName;
    private final String node;
    private final SignatureCheck signatures;
    private final RequestHeader header = new RequestHeader();

    /** What is known of a connection: who signed its last request. */
    public static final class Caller {
        private final InetAddress source;
        private Identity identity;

        public Caller(InetAddress source) {
            this.source = source;
        }

        /** Returns the name of the user of the last request; empty before the first. */
        public String name() {
            return identity == null ? "" : identity.name();
        }
    }

    /**
     * @param brokerName topic for the route of those who may not know the route that they ask for
     * @param node name of the user as whom the nodes of a cluster register
     */
    public NameServerGate(Gate gate, String brokerName, String node) {
        this.gate = gate;
        this.node = node;
        this.brokerName = brokerName;
        this.signatures = new SignatureCheck(gate);
    }

    /** Returns why the request of a frame is not signed as it has to be; null where it is. */
    public String signatureRefusal(Caller caller, ByteBuf in, int start, int end) {
        int body = header.read(in, start, end);
        String refusal = signatures.refusal(caller.identity, caller.source, header, in, body, end);
        caller.identity = signatures.signer();
        return refusal;
    }

    /**
     * Returns why the signer of the request that was checked last may not make it; null where it may. Every user gets a
     * route, so that what comes next is refused with the reason: {@link #admitted} has the one.
     */
    public String refusal(Caller caller, Frame request) {
        if (!signatures.covers(header, request)) {
            return "the request is ambiguous: what was signed differs from what was read";
        }
        return isRoute(request) ? null : permissionRefusal(caller, request);
    }

    /** Returns the request in the form in which it is handled. */
    public Frame admitted(Caller caller, Frame request) {
        Frame plain = request.without(AccessGate.CREDENTIALS);
        boolean isOther = isRoute(request) && !TopicsAndGroups.DEFAULT_TOPIC.equals(request.field("topic"))
                && permissionRefusal(caller, request) != null;
        return isOther ? plain.with("topic", brokerName) : plain;
    }

    private static boolean isRoute(Frame request) {
        return request.code() == RequestCode.GET_ROUTEINFO_BY_TOPIC && request.field("topic") != null;
    }

    private String permissionRefusal(Caller caller, Frame request) {
        int code = request.binary() ? request.code() & 0xFFFF : request.code();
        if (caller.identity.name().equals(node)) {
            return OF_NODES.contains(code) ? null : "request code " + code + " is not one of a node's";
        }
        Permission permission = Permissions.of(code);
        if (permission == null) {
            return "request code " + code + " is unknown to this name server, and unknown requests are not allowed";
        }
        return gate.refusal(caller.identity, caller.source, "request code " + code, permission, source -> {
            String name = request.field(source);
            return name == null || name.isEmpty() ? null : List.of(name);
        });
    }
}
