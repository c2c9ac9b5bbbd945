package io.posthorse.replication.ratis;

import io.posthorse.platform.Clock;
import io.posthorse.replication.GroupStatus;
import io.posthorse.replication.Member;
import io.posthorse.replication.MemberChanges;
import io.posthorse.replication.Peers;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds nodes to a group and removes them. A new node waits, with an empty directory, until the leader knows its incarnation
 * and has told the members. It fetches a copy, starts its engine without members, and only then becomes one: until it has
 * everything, it would be counted on and could not help.
 *
 * <p>A request to note an incarnation is u8 19, u8 1, name, 16 bytes incarnation; one to forget a node u8 19, u8 0, name,
 * which to that node itself says that it is removed.
 */
final class Admissions implements MemberChanges {
    private static final Logger LOG = LoggerFactory.getLogger(Admissions.class);
    private static final byte NOTE = 19;
    private static final int REQUEST_BYTES_MAX = 1 << 10;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:-]{0,252}|::[A-Fa-f0-9.:]{1,40}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    private static final int PORT_MAX = 65_535;
    private static final long CHANGE_MS = 10_000;
    private static final long STARTED_MS = 3_000;
    private static final long SILENT_MS_MAX = 3_000;
    private static final long LOOK_NS = 5_000_000_000L;
    private static final long LEARN_PAUSE_NS = 5_000_000_000L;

    private final RatisSettings settings;
    private final KnownNodes known;
    private final Clock clock;
    private final CompletableFuture<RatisGroup> group = new CompletableFuture<>();
    private final AtomicBoolean isLearning = new AtomicBoolean();
    private volatile long learnedNs;

    Admissions(RatisSettings settings, KnownNodes known, Clock clock) {
        this.settings = settings;
        this.known = known;
        this.clock = clock;
        this.learnedNs = clock.nanos() - LEARN_PAUSE_NS;
    }

    /** Begins to serve: the engine runs. */
    void begin(RatisGroup running) {
        group.complete(running);
        Thread.ofVirtual().name("posthorse-removal").start(() -> {
            try {
                while (!running.isOver()) {
                    LockSupport.parkNanos(LOOK_NS);
                    if (!running.isOver() && running.status().leader() == null && isRemoved(running)) {
                        running.failed(removed());
                    }
                }
            } catch (IOException e) {
                running.failed(e);
            }
        });
    }

    // ---- changes, at the leader

    @Override
    public synchronized Progress add(Member node) throws IOException {
        boolean isNode = NAME.matcher(node.name()).matches() && HOST.matcher(node.host()).matches()
                && node.port() > 0 && node.port() <= PORT_MAX;
        if (!isNode) {
            throw new IOException("a node is NAME=HOST:PORT, with a name of 1 to 64 letters, digits and - _ ., so nothing"
                    + " was added");
        }
        RatisGroup running = running();
        GroupStatus status = leading(running);
        for (GroupStatus.Peer peer : status.peers()) {
            Member member = peer.member();
            if (member.equals(node)) {
                UUID joined = known.mark().joined().get(node.name());
                if (joined != null) {
                    tell(running, note(node.name(), joined), node.name());
                }
                return Progress.MEMBER;
            }
            boolean isSamePlace = member.host().equals(node.host()) && member.port() == node.port();
            if (isSamePlace || member.name().equals(node.name())) {
                throw new IOException("the cluster has a node " + member.name() + " at " + member.host() + ":"
                        + member.port() + " already, so " + node.name() + " at " + node.host() + ":" + node.port()
                        + " was not added; name another one, or remove that one first");
            }
        }
        Introduction met = introduction(running, node);
        if (met == null) {
            return Progress.FETCHING; // its port is closed meanwhile
        }
        requireItself(node, met);
        if (met.phase() == NodeMark.Phase.FOUNDING) {
            known.note(node.name(), met.incarnation());
            tell(running, note(node.name(), met.incarnation()), node.name());
            LOG.info("Node {} may join the cluster; it fetches what it lacks first.", node.name());
            return Progress.FETCHING;
        }
        if (!met.incarnation().equals(known.mark().joined().get(node.name()))) {
            throw new IOException("node " + node.name() + " was part of a cluster before, so it was not added: what it has"
                    + " forgotten since may be counted on; start it with empty directories, under a name of its own");
        }
        if (met.phase() == NodeMark.Phase.FOUNDED) {
            return Progress.FETCHING;
        }
        List<Member> members = new ArrayList<>(status.peers().stream().map(GroupStatus.Peer::member).toList());
        members.add(node);
        await(running.members(members));
        LOG.info("Node {} at {}:{} is a member of the cluster.", node.name(), node.host(), node.port());
        return Progress.MEMBER;
    }

    /** Requires that the node that has answered is the one that is to be added, and known under no other name. */
    private void requireItself(Member node, Introduction met) throws IOException {
        NodeMark mark = known.mark();
        boolean isAnother = Stream.concat(mark.founders().entrySet().stream(), mark.joined().entrySet().stream())
                .anyMatch(one -> one.getValue().equals(met.incarnation()) && !one.getKey().equals(node.name()));
        if (isAnother || !met.ownName().equals(node.name())) {
            throw new IOException("the node at " + node.host() + ":" + node.port() + " is node " + met.ownName() + ", so "
                    + node.name() + " was not added; give the name and the address that it was started with");
        }
    }

    /** Returns what a new node says about itself; null where it does not answer and may be fetching. */
    private Introduction introduction(RatisGroup running, Member node) throws IOException {
        Introduction met;
        try {
            met = Introduction.read(
                    node.name(), await(running.askStranger(node, Introduction.question(), STARTED_MS)));
        } catch (IOException e) {
            if (known.mark().joined().containsKey(node.name())) {
                return null;
            }
            LOG.info("Node {} at {}:{} does not answer: {}", node.name(), node.host(), node.port(), e.getMessage());
            throw new IOException("node " + node.name() + " does not answer at " + node.host() + ":" + node.port()
                    + ", so it was not added. Start it first, with empty directories, and with the"
                    + " nodes of the cluster and itself in cluster.nodes", e);
        }
        if (!met.group().equals(settings.group())) {
            throw new IOException("node " + node.name() + " is one of cluster " + met.group() + ", and this is cluster "
                    + settings.group() + ", so it was not added; give it a directory that \"posthorse cluster init\" has"
                    + " made with the authority of this cluster, or without certificates its brokerClusterName");
        }
        return met;
    }

    @Override
    public synchronized void remove(String name) throws IOException {
        RatisGroup running = running();
        GroupStatus status = leading(running);
        if (name.equals(status.self())) {
            throw new IOException(name + " leads, so it was not removed; hand leadership to another node first (cluster"
                    + " transfer)");
        }
        List<GroupStatus.Peer> left = status.peers().stream().filter(peer -> !peer.member().name().equals(name)).toList();
        if (left.size() < status.peers().size()) {
            long there = left.stream().filter(peer -> peer.member().name().equals(status.self())
                    || peer.matched() >= 0 && peer.silentMs() <= SILENT_MS_MAX).count();
            if (there * 2 <= left.size()) {
                throw new IOException("without " + name + " the cluster would have " + left.size() + " nodes, of which "
                        + there + " run, and accept nothing, so it was not removed; start the others first");
            }
            await(running.members(left.stream().map(GroupStatus.Peer::member).toList()));
            LOG.info("Node {} is no member of the cluster any more.", name);
        } else if (known.mark().known(name) == null) {
            throw new IOException("the cluster has no node " + name + ", so nothing was removed; its nodes are "
                    + String.join(", ", status.peers().stream().map(peer -> peer.member().name()).toList()));
        }
        known.forget(name);
        tell(running, forget(name), name);
        for (GroupStatus.Peer peer : status.peers()) {
            if (peer.member().name().equals(name)) { // one that is away finds out when it returns
                running.peers().ask(peer.member(), forget(name));
            }
        }
    }

    private RatisGroup running() throws IOException {
        RatisGroup running = group.getNow(null);
        if (running == null) {
            throw new IOException("this node is not part of its cluster yet");
        }
        return running;
    }

    private static GroupStatus leading(RatisGroup running) throws IOException {
        GroupStatus status = running.status();
        if (!status.self().equals(status.leader())) {
            throw new IOException("node " + status.self() + " does not lead; ask again");
        }
        return status;
    }

    /** Tells all members something but one; who does not hear it learns it later, or from the log. */
    private static void tell(RatisGroup running, ByteBuffer request, String except) {
        GroupStatus status = running.status();
        List<CompletableFuture<ByteBuffer>> answers = new ArrayList<>();
        for (GroupStatus.Peer peer : status.peers()) {
            String name = peer.member().name();
            if (!name.equals(status.self()) && !name.equals(except)) {
                answers.add(running.peers().ask(peer.member(), request));
            }
        }
        for (CompletableFuture<ByteBuffer> answer : answers) {
            try {
                await(answer);
            } catch (IOException e) {
                LOG.info("A node was not told which nodes there are: {}", e.getMessage());
            }
        }
    }

    private static <T> T await(CompletableFuture<T> result) throws IOException {
        try {
            return result.get(CHANGE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the nodes have not agreed within " + CHANGE_MS / 1_000 + " s; look at cluster status, and"
                    + " ask again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    // ---- at the other nodes

    private static ByteBuffer note(String name, UUID incarnation) {
        ByteBuffer out = ByteBuffer.allocate(REQUEST_BYTES_MAX).put(NOTE).put((byte) 1);
        NodeMark.put(out, name);
        NodeMark.put(out, incarnation);
        return out.flip();
    }

    private static ByteBuffer forget(String name) {
        ByteBuffer out = ByteBuffer.allocate(REQUEST_BYTES_MAX).put(NOTE).put((byte) 0);
        NodeMark.put(out, name);
        return out.flip();
    }

    /** Returns a service that answers who this node is, and what concerns members, and leaves the rest to another one. */
    Peers.Service answering(String nodes, Peers.Service others) {
        return (from, request) -> {
            if (Introduction.isAsked(request)) {
                return Introduction.of(known.mark(), nodes, members());
            }
            if (request.hasRemaining() && request.get(request.position()) == NOTE) {
                heard(from, request);
                return ByteBuffer.allocate(0);
            }
            return others.answer(from, request);
        };
    }

    private Set<String> members() {
        RatisGroup running = group.getNow(null);
        return running == null ? Set.of() : running.status().peers().stream()
                .map(peer -> peer.member().name()).collect(Collectors.toUnmodifiableSet());
    }

    /** Takes what the leader says about a node; a leader that is not known yet here says it again, or the log does. */
    private void heard(String from, ByteBuffer request) throws IOException {
        if (!from.equals(running().status().leader())) {
            throw new IOException("only the leader says who is a member, and " + from + " is not known to lead");
        }
        try {
            request.get();
            boolean isNew = request.get() == 1;
            String name = NodeMark.text(request);
            if (isNew) {
                known.note(name, NodeMark.id(request));
            } else if (name.equals(settings.self().name())) {
                running().failed(removed());
            } else {
                known.forget(name);
            }
        } catch (BufferUnderflowException e) {
            throw new IOException("the request ends too early", e);
        }
    }

    private IOException removed() throws IOException {
        known.reached(NodeMark.Phase.REMOVED);
        return NodeMark.removed(settings.self().name());
    }

    /** Returns why the engine has closed itself: since the group has removed this node, or for the given reason. */
    Throwable explain(Throwable cause) {
        RatisGroup running = group.getNow(null);
        try {
            return running != null && isRemoved(running) ? removed() : cause;
        } catch (IOException e) {
            cause.addSuppressed(e);
            return cause;
        }
    }

    /**
     * Asks the members whether they know this node; returns whether a majority does not, and none does. One that has not
     * been a member yet was not removed.
     */
    private boolean isRemoved(RatisGroup running) {
        String self = settings.self().name();
        if (running.status().peers().isEmpty()) {
            return false;
        }
        Map<Member, CompletableFuture<ByteBuffer>> answers = new HashMap<>();
        Stream.concat(settings.members().stream(), running.status().peers().stream().map(GroupStatus.Peer::member))
                .filter(member -> !member.name().equals(self))
                .forEach(member -> answers.computeIfAbsent(
                        member, one -> running.peers().ask(one, Introduction.question())));
        int strangers = 0;
        for (Map.Entry<Member, CompletableFuture<ByteBuffer>> answer : answers.entrySet()) {
            try {
                Introduction met = Introduction.read(answer.getKey().name(), await(answer.getValue()));
                if (met.isOfRunning() && met.group().equals(settings.group())) {
                    if (!met.isWithout(self)) {
                        return false;
                    }
                    strangers++;
                }
            } catch (IOException e) {
                LOG.debug("Node {} does not say whether this node is a member", answer.getKey().name(), e);
            }
        }
        return strangers * 2 > answers.size();
    }

    // ---- who may call

    /**
     * Returns whether a node is known to belong to the group. Of one that is not, this node asks the others, for it may have
     * been away when that one joined.
     */
    boolean isKnown(String name) {
        if (known.mark().known(name) != null) {
            return true;
        }
        RatisGroup running = group.getNow(null);
        if (running != null && clock.nanos() - learnedNs >= LEARN_PAUSE_NS && isLearning.compareAndSet(false, true)) {
            Thread.ofVirtual().name("posthorse-members").start(() -> {
                try {
                    learn(running, name);
                } finally {
                    learnedNs = clock.nanos();
                    isLearning.set(false);
                }
            });
        }
        return false;
    }

    private void learn(RatisGroup running, String name) {
        for (GroupStatus.Peer peer : running.status().peers()) {
            if (peer.member().name().equals(settings.self().name())) {
                continue;
            }
            try {
                Introduction met = Introduction.read(
                        peer.member().name(), await(running.peers().ask(peer.member(), Introduction.question())));
                Map<String, UUID> joined = met.group().equals(settings.group()) ? met.joined() : Map.of();
                if (joined.containsKey(name)) {
                    known.note(name, joined.get(name));
                    return;
                }
            } catch (IOException e) {
                LOG.debug("Node {} does not say who has joined", peer.member().name(), e);
            }
        }
    }
}
