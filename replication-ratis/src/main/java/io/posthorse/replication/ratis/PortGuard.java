package io.posthorse.replication.ratis;

import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.Contexts;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards the group's port. The engine puts the services of clients and of administrators on it, asks nobody who he is, and
 * believes what a request says about its sender. So only calls between nodes are let in, those of the engine only from
 * members, and each only under the name in its certificate.
 */
final class PortGuard implements ServerInterceptor, GrpcServices.Customizer {
    private static final Logger LOG = LoggerFactory.getLogger(PortGuard.class);

    /** Calls of a connection at a time: the engine's few streams, and answers that a node waits for. */
    private static final int CALLS_MAX = 64;
    private static final long HANDSHAKE_SECONDS = 10;

    private final boolean hasTls;
    private final Predicate<String> isMember;
    private final ServerServiceDefinition peers;

    /**
     * @param hasTls whether callers have certificates; else this is a loopback address, where any program may call
     * @param isMember whether a name is that of a member
     * @param peers the service of calls between nodes
     */
    PortGuard(boolean hasTls, Predicate<String> isMember, ServerServiceDefinition peers) {
        this.hasTls = hasTls;
        this.isMember = isMember;
        this.peers = peers;
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        return builder.addService(peers).intercept(this)
                .maxConcurrentCallsPerConnection(CALLS_MAX)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String service = call.getMethodDescriptor().getServiceName();
        boolean isPeers = PeerCalls.SERVICE.equals(service);
        if (!isPeers && !RaftServerProtocolServiceGrpc.SERVICE_NAME.equals(service)) {
            return refuse(call, call.getMethodDescriptor().getFullMethodName()
                    + " is not served here: this port is for the nodes of the group");
        }
        if (!hasTls && !isPeers) {
            return next.startCall(call, headers);
        }
        String name = hasTls ? nameOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                : headers.get(PeerCalls.NAME);
        if (name == null || !isPeers && !isMember.test(name)) {
            return refuse(call, "The certificate names " + name + ", which is no member of the group");
        }
        if (isPeers) { // whose service asks who calls: a node that is to join may ask who others are
            Context caller = Context.current().withValue(PeerCalls.CALLER, name);
            return Contexts.interceptCall(caller, call, headers, next);
        }
        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean isRefused;

            @Override
            public void onMessage(Q message) {
                if (!isRefused && isFrom(name, message)) {
                    super.onMessage(message);
                } else if (!isRefused) {
                    isRefused = true;
                    refuse(call, "A request under another name than that of the certificate, " + name);
                }
            }

            @Override
            public void onHalfClose() {
                if (!isRefused) {
                    super.onHalfClose();
                }
            }
        };
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String reason) {
        LOG.warn("Refused a call from {}. {}", call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR), reason);
        call.close(Status.PERMISSION_DENIED.withDescription(reason), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static String nameOf(SSLSession session) {
        try {
            return session == null ? null : MemberName.of((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    static boolean isFrom(String name, Object message) {
        RaftRpcRequestProto header = switch (message) {
            case AppendEntriesRequestProto append -> append.getServerRequest();
            case RequestVoteRequestProto vote -> vote.getServerRequest();
            case InstallSnapshotRequestProto install -> install.getServerRequest();
            case StartLeaderElectionRequestProto election -> election.getServerRequest();
            case ReadIndexRequestProto read -> read.getServerRequest();
            default -> null;
        };
        return header != null && header.getRequestorId().toStringUtf8().equals(name);
    }
}
