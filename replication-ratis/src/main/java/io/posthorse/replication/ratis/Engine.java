package io.posthorse.replication.ratis;

import io.posthorse.replication.Member;
import io.posthorse.replication.Peers;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.security.TlsConf;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.util.ExitUtils;

/** Starts the engine. What it would do to the whole process is switched off. */
final class Engine {
    private static final String LEAK_DETECTION = "org.apache.ratis.thirdparty.io.netty.leakDetection.level";

    private Engine() {}

    /**
     * Starts it.
     *
     * @param peers answers the calls of other nodes
     * @param failed is told when one of its threads has died
     * @throws IOException with what happened, what it means, and what to do
     */
    static RaftServer start(RatisSettings settings, StateMachine machine, Predicate<String> isMember,
            Peers.Service peers, Consumer<Throwable> failed) throws IOException {
        requireSafeAddress(settings);
        disarm();
        RaftServer server = null;
        try {
            server = RaftServer.newBuilder()
                    .setServerId(RaftPeerId.valueOf(settings.self().name()))
                    .setGroup(group(settings))
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .setStateMachine(machine)
                    .setThreadGroup(new EngineThreads(settings.self().name(), failed))
                    .setProperties(EngineProperties.of(settings))
                    .setParameters(parameters(settings.tls(), isMember, peers))
                    .build();
            server.start();
            return server;
        } catch (IOException | RuntimeException | Error e) {
            if (server != null) {
                server.close();
            }
            throw explained(e, settings);
        }
    }

    static void requireSafeAddress(RatisSettings settings) throws IOException {
        Member self = settings.self();
        try {
            boolean isLoopback = InetAddress.getByName(self.host()).isLoopbackAddress();
            if (settings.tls() == null && !isLoopback) {
                throw new IOException("The group's port would be open to everybody who reaches " + self.host() + ", and"
                        + " any of them could take the group over, for there are no certificates. Configure certificates"
                        + " for the nodes, or a loopback address where all nodes are on this machine");
            }
        } catch (UnknownHostException e) {
            throw new IOException("The address " + self.host() + " of node " + self.name() + " is unknown, so nothing can"
                    + " listen there. Name a host that this machine can resolve, or a numeric address", e);
        }
    }

    private static IOException explained(Throwable failure, RatisSettings settings) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ExitUtils.ExitException) {
                ExitUtils.clear();
                return new IOException("Port " + settings.self().port() + " of " + settings.self().host() + " is not free,"
                        + " so the other nodes of the group cannot reach this one. End the program that has it, or give"
                        + " this node another port in the settings of all nodes", failure);
            }
        }
        return new IOException("The node cannot take part in group " + settings.group() + ": " + failure.getMessage()
                + ". The engine's files are in " + settings.directory() + ". Where they are damaged, let the node join the"
                + " group anew under another name, with an empty directory", failure);
    }

    /**
     * Keeps the engine from ending the process, and from becoming what handles errors of all threads; both would happen as
     * soon as its class for that is loaded. Its copy of Netty looks for leaks by an exception for each 128th buffer.
     */
    private static synchronized void disarm() {
        if (System.getProperty(LEAK_DETECTION) == null) {
            System.setProperty(LEAK_DETECTION, "disabled");
        }
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    private static RaftGroup group(RatisSettings settings) {
        RaftGroupId id = RaftGroupId.valueOf(settings.group());
        return settings.isJoining() ? RaftGroup.valueOf(id) : RaftGroup.valueOf(id, peers(settings.members()));
    }

    /** Returns members as the engine knows them, all of the same priority: else it would let nobody choose a leader. */
    static List<RaftPeer> peers(List<Member> members) {
        return members.stream()
                .map(member -> RaftPeer.newBuilder().setId(member.name()).setAddress(address(member)).build())
                .toList();
    }

    private static String address(Member member) {
        String host = member.host().contains(":") ? "[" + member.host() + "]" : member.host();
        return host + ":" + member.port();
    }

    /** Returns a member as this project knows it. */
    static Member member(RaftPeer peer) {
        String address = peer.getAddress();
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        boolean isBracketed = host.startsWith("[");
        return new Member(peer.getId().toString(), isBracketed ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(address.substring(colon + 1)));
    }

    private static Parameters parameters(RatisTls tls, Predicate<String> isMember, Peers.Service peers) {
        Parameters parameters = new Parameters();
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters, new PortGuard(tls != null, isMember, PeerCalls.service(peers)));
        if (tls != null) {
            GrpcConfigKeys.TLS.setConf(parameters, GrpcTlsConfig.newBuilder()
                    .setKeyCertificates(new TlsConf.CertificatesConf(new File(tls.certificate())))
                    .setPrivateKey(new TlsConf.PrivateKeyConf(new File(tls.key())))
                    .setTrustCertificates(new TlsConf.CertificatesConf(new File(tls.trusted())))
                    .setMutualTls(true)
                    .setSslProvider(SslProvider.JDK)
                    .setProtocols("TLSv1.3")
                    .build());
        }
        return parameters;
    }

    /** The engine's threads. It would go on without one that has died, and lead, say, without ever committing. */
    private static final class EngineThreads extends ThreadGroup {
        private final Consumer<Throwable> failed;

        EngineThreads(String name, Consumer<Throwable> failed) {
            super(name);
            this.failed = failed;
        }

        @Override
        public void uncaughtException(Thread thread, Throwable cause) {
            failed.accept(new IOException(
                    "The engine's thread " + thread.getName() + " has died. Restart this node", cause));
        }
    }
}
