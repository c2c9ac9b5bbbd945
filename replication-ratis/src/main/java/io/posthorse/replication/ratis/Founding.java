package io.posthorse.replication.ratis;

import io.posthorse.platform.Clock;
import io.posthorse.platform.FileStore;
import io.posthorse.replication.Member;
import io.posthorse.replication.Peers;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
 * vote as if it had never promised anything. A group is founded once all its nodes run.
 *
 * <p>The request is u8 16; the answer u8 version 1, u8 phase, 16 bytes incarnation, the founders as in {@link NodeMark}, 16
 * bytes id of the group, and the nodes as configured, as text.
 */
final class Founding {
    private static final Logger LOG = LoggerFactory.getLogger(Founding.class);
    private static final byte WHO = 16;
    private static final byte VERSION = 1;
    private static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final long PAUSE_MS = 300;
    private static final long TELL_MS = 10_000;

    private final RatisSettings settings;
    private final FileStore files;
    private final Clock clock;
    private volatile NodeMark mark;

    Founding(RatisSettings settings, FileStore files, Clock clock, NodeMark mark) {
        this.settings = settings;
        this.files = files;
        this.clock = clock;
        this.mark = mark;
    }

    /** Returns the mark of this node. */
    NodeMark mark() {
        return mark;
    }

    /** Notes how far the group has come here, durably. */
    synchronized void reached(NodeMark.Phase phase) throws IOException {
        if (mark.phase().code() < phase.code()) {
            mark = mark.in(phase);
            mark.write(files);
        }
    }

    /** What another node has said. */
    private record Met(String name, NodeMark.Phase phase, UUID incarnation, Map<String, UUID> founders) {}

    /**
     * Waits until this node knows all founders.
     *
     * @throws IOException where another node knows an earlier incarnation of this one, or the port is not free
     */
    void meet() throws IOException {
        if (mark.phase() != NodeMark.Phase.FOUNDING) {
            return;
        }
        Server server = listen();
        long began = clock.nanos();
        try (PeerCalls peers = new PeerCalls(settings)) {
            long toldMs = -TELL_MS;
            while (true) {
                List<String> missing = new ArrayList<>();
                List<Met> met = ask(peers, missing);
                Map<String, UUID> founders = founders(met, missing);
                if (founders != null) {
                    mark = mark.founded(founders);
                    mark.write(files);
                    return;
                }
                long ms = (clock.nanos() - began) / 1_000_000;
                if (ms - toldMs >= TELL_MS) {
                    toldMs = ms;
                    LOG.warn("This cluster is new: it is founded once all its nodes run. Waiting for {}.",
                            String.join("; ", missing));
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

    /** Returns what the other nodes say; adds a text about each that does not answer. */
    private List<Met> ask(Peers peers, List<String> missing) throws IOException {
        Map<Member, CompletableFuture<ByteBuffer>> answers = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
        for (Member member : settings.members()) {
            if (!member.name().equals(mark.name())) {
                answers.put(member, peers.ask(member, ByteBuffer.wrap(new byte[] {WHO})));
            }
        }
        List<Met> met = new ArrayList<>();
        for (Map.Entry<Member, CompletableFuture<ByteBuffer>> answer : answers.entrySet()) {
            Member member = answer.getKey();
            try {
                met.add(read(member.name(), answer.getValue().get()));
            } catch (ExecutionException e) {
                missing.add(member.name() + " (" + member.host() + ":" + member.port() + ")");
                LOG.debug("Node {} does not answer", member.name(), e.getCause());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        return met;
    }

    /** Returns the founders; null while they are not known. */
    private Map<String, UUID> founders(List<Met> met, List<String> missing) throws IOException {
        Map<String, UUID> all = new TreeMap<>(Map.of(mark.name(), mark.incarnation()));
        for (Met node : met) {
            if (node.phase() != NodeMark.Phase.FOUNDING) {
                UUID known = node.founders().get(mark.name());
                if (known == null) {
                    throw NodeMark.unknown(mark.name(), node.name());
                }
                if (!known.equals(mark.incarnation())) {
                    throw NodeMark.emptied(mark.name(), node.name(), known, mark.incarnation());
                }
                return node.founders();
            }
            all.put(node.name(), node.incarnation());
        }
        return missing.isEmpty() ? all : null;
    }

    /** Requires that another node is one of the same cluster, and names the same nodes. */
    private void requireSame(String name, UUID group, String nodes) throws IOException {
        if (!group.equals(settings.group())) {
            throw new DifferentClusterException("Node " + name + " is one of cluster " + group + ", and this one of cluster "
                    + settings.group() + ": their certificates, or without certificates their brokerClusterName, differ. Set"
                    + " both to the same");
        }
        if (!nodes.equals(list())) {
            throw new DifferentClusterException("Node " + name + " is configured with the nodes " + nodes + ", and this one"
                    + " with " + list() + ". Set cluster.nodes to the same on all machines");
        }
    }

    /** Returns the configured nodes, in the order of their names. */
    private String list() {
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

    private Met read(String name, ByteBuffer in) throws IOException {
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IOException("Node " + name + " introduces itself in version " + version + "; this release knows "
                        + VERSION + ". Found a cluster with nodes of one release");
            }
            Met met = new Met(name, NodeMark.Phase.of(in.get()), NodeMark.id(in), NodeMark.founders(in));
            requireSame(name, NodeMark.id(in), NodeMark.text(in));
            return met;
        } catch (BufferUnderflowException e) {
            throw new IOException("the answer of node " + name + " ends too early", e);
        }
    }

    // ---- the answering side

    /** Returns a service that answers who this node is, and leaves all other requests to another one. */
    Peers.Service answering(Peers.Service others) {
        return (from, request) -> request.hasRemaining() && request.get(request.position()) == WHO
                ? introduction()
                : others.answer(from, request);
    }

    private ByteBuffer introduction() {
        NodeMark now = mark;
        ByteBuffer out = ByteBuffer.allocate(ANSWER_BYTES_MAX);
        out.put(VERSION).put(now.phase().code());
        NodeMark.put(out, now.incarnation());
        NodeMark.put(out, now.founders());
        NodeMark.put(out, settings.group());
        NodeMark.put(out, list());
        return out.flip();
    }

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
        PortGuard guard = new PortGuard(tls != null, this::isMember, PeerCalls.service(answering((from, request) -> {
            throw new IOException("this node is not part of a group yet");
        })));
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
