package io.posthorse.replication.ratis;

import io.posthorse.platform.Clock;
import io.posthorse.replication.Member;
import io.posthorse.replication.Peers;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ClientAuth;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContextBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the founders of a group meet before its engine runs for the first time: each learns the incarnations of all others,
 * and keeps them. So a node whose directory was emptied later is recognised by whichever node it meets first, and may not
 * vote as if it had never promised anything. A group is founded once all its nodes run. A node that meets a group which
 * runs without it waits until it is added ({@link Admissions}).
 */
final class Founding {
    private static final Logger LOG = LoggerFactory.getLogger(Founding.class);
    private static final long PAUSE_MS = 300;
    private static final long TELL_MS = 10_000;

    private final RatisSettings settings;
    private final KnownNodes known;
    private final Clock clock;

    Founding(RatisSettings settings, KnownNodes known, Clock clock) {
        this.settings = settings;
        this.known = known;
        this.clock = clock;
    }

    /**
     * Waits until this node knows all founders, or a group that runs knows this node.
     *
     * @throws IOException where another node knows an earlier incarnation of this one, or the port is not free
     */
    void meet() throws IOException {
        if (known.mark().phase() != NodeMark.Phase.FOUNDING) {
            return;
        }
        Server server = listen();
        long began = clock.nanos();
        try (PeerCalls peers = new PeerCalls(settings)) {
            long toldMs = -TELL_MS;
            while (true) {
                List<String> missing = new ArrayList<>();
                List<Introduction> met = ask(peers, missing);
                if (met.stream().anyMatch(Introduction::isOfRunning) ? isKnown(met) : isFounded(met, missing)) {
                    return;
                }
                long ms = (clock.nanos() - began) / 1_000_000;
                if (ms - toldMs >= TELL_MS) {
                    toldMs = ms;
                    tell(met, missing);
                }
                pause();
            }
        } finally {
            stop(server);
        }
    }

    /** Waits for about {@link #PAUSE_MS}; less does no harm. */
    private static void pause() throws IOException {
        LockSupport.parkNanos(PAUSE_MS * 1_000_000);
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(null);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted while the nodes of the group met", e);
    }

    private void tell(List<Introduction> met, List<String> missing) {
        if (met.stream().anyMatch(Introduction::isOfRunning)) {
            Member self = settings.self();
            LOG.warn("The cluster runs without this node. Waiting to be added to it: bin/posthorse cluster add {}={}:{}",
                    self.name(), self.host(), self.port());
        } else {
            LOG.warn("This cluster is new: it is founded once all its nodes run. Waiting for {}.",
                    String.join("; ", missing));
        }
    }

    /** Returns what the other nodes say; adds a text about each that does not answer. */
    private List<Introduction> ask(Peers peers, List<String> missing) throws IOException {
        Map<Member, CompletableFuture<ByteBuffer>> answers = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
        for (Member member : settings.members()) {
            if (!member.name().equals(settings.self().name())) {
                answers.put(member, peers.ask(member, Introduction.question()));
            }
        }
        List<Introduction> met = new ArrayList<>();
        for (Map.Entry<Member, CompletableFuture<ByteBuffer>> answer : answers.entrySet()) {
            Member member = answer.getKey();
            try {
                Introduction one = Introduction.read(member.name(), answer.getValue().get());
                requireSame(one);
                met.add(one);
            } catch (ExecutionException e) {
                missing.add(member.name() + " (" + member.host() + ":" + member.port() + ")");
                LOG.debug("Node {} does not answer", member.name(), e.getCause());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        return met;
    }

    /** Notes the founders where all nodes have been met; returns whether they have. */
    private boolean isFounded(List<Introduction> met, List<String> missing) throws IOException {
        NodeMark mark = known.mark();
        Map<String, UUID> founders = new TreeMap<>(Map.of(mark.name(), mark.incarnation()));
        met.forEach(node -> founders.put(node.name(), node.incarnation()));
        if (missing.isEmpty()) {
            known.founded(founders, Map.of());
        }
        return missing.isEmpty();
    }

    /** Notes what a group that runs says, where it knows this node; returns whether it does. */
    private boolean isKnown(List<Introduction> met) throws IOException {
        NodeMark mark = known.mark();
        for (Introduction node : met) {
            if (node.isOfRunning() && mark.incarnation().equals(node.known(mark.name()))) {
                known.founded(node.founders(), node.joined());
                return true;
            }
        }
        for (Introduction node : met) {
            UUID other = node.known(mark.name());
            if (node.isOfRunning() && other != null) {
                throw NodeMark.emptied(mark.name(), node.name(), other, mark.incarnation());
            }
        }
        return false;
    }

    /** Requires that another node is one of the same cluster, and while that is founded, names the same nodes. */
    private void requireSame(Introduction other) throws IOException {
        String name = other.name();
        if (!other.group().equals(settings.group())) {
            throw new DifferentClusterException("Node " + name + " is one of cluster " + other.group() + ", and this one of"
                    + " cluster " + settings.group() + ": their certificates, or without certificates their"
                    + " brokerClusterName, differ. Set both to the same");
        }
        if (!other.isOfRunning() && !other.nodes().equals(list())) {
            throw new DifferentClusterException("Node " + name + " is configured with the nodes " + other.nodes() + ", and"
                    + " this one with " + list() + ". Set cluster.nodes to the same on all machines");
        }
    }

    /** Returns the configured nodes, in the order of their names. */
    String list() {
        return settings.members().stream()
                .sorted(Comparator.comparing(Member::name))
                .map(member -> member.name() + "=" + member.host() + ":" + member.port())
                .collect(Collectors.joining(","));
    }

    /** Thrown where a node must not be founded together with another one. */
    private static final class DifferentClusterException extends IOException {
        private static final long serialVersionUID = 1;

        DifferentClusterException(String text) {
            super(text);
        }
    }

    // ---- the answering side

    /** Listens on the engine's port, as long as the engine does not run. */
    private Server listen() throws IOException {
        Engine.requireSafeAddress(settings);
        Member self = settings.self();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(self.host(), self.port()));
        RatisTls tls = settings.tls();
        if (tls != null) {
            builder.sslContext(GrpcSslContexts.configure(
                    SslContextBuilder.forServer(new File(tls.certificate()), new File(tls.key()))
                            .trustManager(new File(tls.trusted()))
                            .clientAuth(ClientAuth.REQUIRE)
                            .protocols("TLSv1.3"), SslProvider.JDK).build());
        }
        PortGuard guard = new PortGuard(tls != null, this::isMember, PeerCalls.service((from, request) -> {
            if (!Introduction.isAsked(request)) {
                throw new IOException("this node is not part of a group yet");
            }
            return Introduction.of(known.mark(), list(), Set.of());
        }));
        Server server = guard.customize(builder, null).build();
        try {
            return server.start();
        } catch (IOException e) {
            throw new IOException("Port " + self.port() + " of " + self.host() + " cannot be used for the cluster ("
                    + e.getMessage() + "). End the program that has it, or give this node another port in the settings of"
                    + " all nodes", e);
        }
    }

    private boolean isMember(String name) {
        return settings.members().stream().anyMatch(member -> member.name().equals(name));
    }

    private static void stop(Server server) throws IOException {
        server.shutdown(); // what is being answered still is
        try {
            if (!server.awaitTermination(1, TimeUnit.SECONDS)) {
                server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }
}
