package io.posthorse.server;

import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.log.Import;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.StoredFile;
import io.posthorse.replication.CatchUp;
import io.posthorse.replication.ConsensusEngine;
import io.posthorse.replication.GroupSettings;
import io.posthorse.replication.GroupStatus;
import io.posthorse.replication.Member;
import io.posthorse.replication.MemberChanges;
import io.posthorse.replication.NodeCertificates;
import io.posthorse.replication.Peers;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster: a name server, which serves as long as the process runs, and a broker, which serves clients while
 * this node leads. {@link #start} starts it, {@link #close} stops it.
 */
public final class ClusterNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
    private static final byte STATUS = 17;
    private static final byte TRANSFER = 18;
    private static final byte ADD = 20;
    private static final byte REMOVE = 21;
    private static final byte RECORDS = 22;
    /** Limit of an answer about damaged records, which nobody needs at once. */
    private static final long RECORDS_MS = 1_500;
    private static final byte PORTS = 23;
    private static final int GROUP_BYTES_MAX = 64;
    private static final long ANSWER_MS = 5_000;
    /** A change of the members is agreed on by old and new ones, at the leader, which this node may have to ask. */
    private static final long CHANGE_MS = 14_000;
    private static final long FETCH_PAUSE_NS = 1_000_000_000;
    private static final long HAND_OVER_MS = 3_000;
    private static final long SILENT_MS_MAX = 3_000;

    private final ServerConfig config;
    private final DiskFileStore files;
    private final UUID group;
    private NameServerProcess names;
    private FollowerPorts ports;
    private ClusterMember member;
    private volatile ConsensusEngine.Joined joined;

    private ClusterNode(ServerConfig config, DiskFileStore files) throws IOException {
        this.config = config;
        this.files = files;
        this.group = group(config);
    }

    /**
     * Starts a node; when this returns, it follows or leads. At the first start of a cluster it waits until all nodes run.
     *
     * @param onFailure gets the reason for which this process must end, at any time later; any thread may call it
     * @throws IOException where a directory or a port cannot be used, or the node must not take part; the message says why
     *     and what to do
     */
    public static ClusterNode start(ServerConfig config, Consumer<Throwable> onFailure) throws IOException {
        return start(config, EngineLoader.load(), BrokerNode.CHECKPOINT_BYTES, onFailure);
    }

    /** Starts a node with an engine; for tests. */
    static ClusterNode start(
            ServerConfig config, ConsensusEngine engine, long checkpointBytes, Consumer<Throwable> onFailure)
            throws IOException {
        DiskFileStore files = Server.openDirectory(config);
        ClusterNode node = null;
        try {
            if (config.access().enabled()) { // the log has secrets of users, and the key that seals them
                OwnFiles.restrict(Path.of(config.storage().directory()));
            }
            node = new ClusterNode(config, files);
            node.open(engine, checkpointBytes, onFailure);
            return node;
        } catch (Throwable e) { // also an Error must not keep the directory locked in a process that goes on
            if (node == null) {
                files.close();
            } else {
                node.close();
            }
            throw e;
        }
    }

    private void open(ConsensusEngine engine, long checkpointBytes, Consumer<Throwable> onFailure) throws IOException {
        ServerConfig.Cluster cluster = config.cluster();
        Path data = Path.of(config.storage().directory());
        if (config.listen().nameServerPort() != ServerConfig.OFF) {
            names = NameServerProcess.start(config.in(data.resolve("nameserver").toString()), new Requests());
        }
        ports = new FollowerPorts(config, this::portsOf, false);
        ports.open();
        ConsensusEngine.Membership membership = engine.admit(
                new GroupSettings(group, cluster.self(), cluster.nodes(), data.resolve("engine"),
                        certificates(cluster.certificates())), files);
        if (Refetch.isDue(files)) {
            refetch(membership);
        } else if (membership.isJoining()) {
            fetch(membership.peers(), 0);
        }
        member = new ClusterMember(
                config.withoutNameServer(), files, false, group, cluster.self().name(), cluster.nodes(), checkpointBytes,
                ports, names == null ? table -> { } : names::users, onFailure);
        joined = membership.join(member, this::answer, Clock.system());
        member.join(joined.log(), joined.peers());
    }

    /** Fetches the copy that takes the place of one that was set aside. */
    private void refetch(ConsensusEngine.Membership membership) throws IOException {
        long first = membership.firstEntry();
        long old = Refetch.noted(files);
        if (first < 0 && old < 0) {
            throw new IOException("Neither the copy that was set aside nor the engine's log says what this node has"
                    + " acknowledged, so it must not come back as the same node. Remove it from the cluster"
                    + " (\"posthorse cluster remove " + config.cluster().name() + "\"), and let it join anew, under another"
                    + " name and with empty directories");
        }
        LOG.info("This node gives up its copy: it fetches one that reaches at least to entry {}.", Math.max(old, first - 1));
        fetch(membership.peers(), Math.max(0, Math.max(old, first - 1)));
        Refetch.isDue(files); // it is not, any more
    }

    /** Fetches a copy of what the cluster has from any node, where an earlier start has not. */
    private void fetch(Peers peers, long index) throws IOException {
        ServerConfig.Cluster cluster = config.cluster();
        while (!Import.hasCopy(files)) {
            for (Member from : cluster.nodes()) {
                if (from.name().equals(cluster.self().name())) {
                    continue;
                }
                try {
                    LOG.info("This node fetches a copy from node {}.", from.name());
                    CatchUp.fetch(peers, from, files, index, 0);
                    LOG.info("This node has a copy; where it joins, it is a member once the leader has made it one.");
                    return;
                } catch (IOException e) {
                    LOG.warn("Node {} has given no copy: {}", from.name(), e.getMessage());
                }
            }
            LockSupport.parkNanos(FETCH_PAUSE_NS);
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("interrupted while a copy was fetched; the next start goes on with it");
            }
        }
    }

    /** Returns the id of the group: the one in the certificates' directory, or one of the cluster's name. */
    private static UUID group(ServerConfig config) throws IOException {
        String directory = config.cluster().certificates();
        if (directory == null) {
            return UUID.nameUUIDFromBytes(
                    ("posthorse cluster " + config.identity().cluster()).getBytes(StandardCharsets.UTF_8));
        }
        ByteBuffer text = ByteBuffer.allocate(GROUP_BYTES_MAX);
        try (DiskFileStore there = DiskFileStore.unlocked(Path.of(directory));
                StoredFile file = there.openExisting("group")) {
            file.read(0, text);
            return UUID.fromString(StandardCharsets.US_ASCII.decode(text.flip()).toString().strip());
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("The file group in " + directory + " does not say which cluster this is ("
                    + e.getMessage() + "). Name the directory of this node that \"posthorse cluster init\" has made"
                    + " (cluster.certificates)", e);
        }
    }

    private static NodeCertificates certificates(String directory) {
        return directory == null ? null : new NodeCertificates(
                Path.of(directory, "node.pem").toString(), Path.of(directory, "node.key").toString(),
                Path.of(directory, "ca.pem").toString());
    }

    /** Returns the configuration that it was started with. */
    public ServerConfig config() {
        return config;
    }

    /** Returns the port of the name server; {@link ServerConfig#OFF} where there is none. */
    public int nameServerPort() {
        return names == null ? ServerConfig.OFF : names.port();
    }

    /** Returns whether this node leads and serves clients. */
    public boolean isServing() {
        return member.isServing();
    }

    /** Returns the name of the leader; null while none is known. */
    public String leader() {
        return joined.log().status().leader();
    }

    // ---- what the command line asks for

    private final class Requests implements ClusterRequests.Cluster {
        @Override
        public byte[] status() throws IOException {
            JsonWriter out = new JsonWriter().beginObject().name("node").value(config.cluster().self().name());
            if (joined == null) {
                return out.name("state").value("starting").endObject().bytes();
            }
            out.name("state").value(isServing() ? "leading" : "following");
            out.name("cluster").value(JsonReader.read(view())).name("records").beginArray();
            for (byte[] each : records()) {
                out.value(JsonReader.read(each));
            }
            return out.endArray().endObject().bytes();
        }

        /** Returns what each node that answers has found of damaged records. */
        private List<byte[]> records() throws IOException {
            List<CompletableFuture<ByteBuffer>> asked = joined.log().status().peers().stream()
                    .map(GroupStatus.Peer::member)
                    .filter(other -> !other.name().equals(config.cluster().name()))
                    .map(other -> joined.peers().ask(other, ByteBuffer.wrap(new byte[] {RECORDS}))
                            .completeOnTimeout(null, RECORDS_MS, TimeUnit.MILLISECONDS).exceptionally(failure -> null))
                    .toList();
            List<byte[]> all = new ArrayList<>(List.of(ownRecords()));
            for (CompletableFuture<ByteBuffer> each : asked) {
                ByteBuffer answer = each.join();
                if (answer != null) {
                    byte[] json = new byte[answer.remaining()];
                    answer.get(json);
                    all.add(json);
                }
            }
            return all;
        }

        @Override
        public void transfer(String to) throws IOException {
            requireJoined();
            Optional<Member> leader = otherLeader();
            if (leader.isEmpty()) {
                handOver(to);
                return;
            }
            await(joined.peers().ask(leader.get(), request(TRANSFER, to), CHANGE_MS), CHANGE_MS);
        }

        @Override
        public byte[] add(Member node) throws IOException {
            requireJoined();
            Optional<Member> leader = otherLeader();
            String progress = leader.isEmpty() ? joined.changes().add(node).name()
                    : text(await(joined.peers().ask(leader.get(), request(ADD, text(node)), CHANGE_MS), CHANGE_MS));
            return new JsonWriter().beginObject().name("state").value(progress).endObject().bytes();
        }

        @Override
        public void remove(String name) throws IOException {
            requireJoined();
            Optional<Member> leader = otherLeader();
            if (leader.isEmpty()) {
                removeHere(name);
                return;
            }
            await(joined.peers().ask(leader.get(), request(REMOVE, name), CHANGE_MS), CHANGE_MS);
        }
    }

    private void removeHere(String name) throws IOException {
        joined.changes().remove(name);
        ports.removed(name);
    }

    private void requireJoined() throws IOException {
        if (joined == null) {
            throw new IOException("this node is not part of its cluster yet; ask another one, or later");
        }
    }

    private static ByteBuffer request(byte kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + bytes.length).put(kind).put(bytes).flip();
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static String text(Member node) {
        return node.name() + "\n" + node.host() + "\n" + node.port();
    }

    private static Member member(String text) throws IOException {
        String[] parts = text.split("\n", -1);
        try {
            return new Member(parts[0], parts[1], Integer.parseInt(parts[2]));
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException("the request names no node", e);
        }
    }

    /** Returns what the leader knows of the cluster, or this node where no other one leads or it does not answer. */
    private byte[] view() {
        GroupStatus own = joined.log().status();
        Optional<Member> leader = otherLeader();
        if (leader.isPresent()) {
            try {
                ByteBuffer answer = await(
                        joined.peers().ask(leader.get(), ByteBuffer.wrap(new byte[] {STATUS})), ANSWER_MS);
                byte[] json = new byte[answer.remaining()];
                answer.get(json);
                return json;
            } catch (IOException e) {
                LOG.info("The leader does not answer: {}", e.getMessage());
            }
        }
        return ClusterView.json(own, group.toString());
    }

    private byte[] ownRecords() throws IOException {
        return ClusterView.records(config.cluster().name(), member.repaired());
    }

    private Optional<Member> otherLeader() {
        GroupStatus status = joined.log().status();
        return Stream.concat(config.cluster().nodes().stream(), status.peers().stream().map(GroupStatus.Peer::member))
                .filter(one -> one.name().equals(status.leader()) && !one.name().equals(status.self()))
                .findFirst();
    }

    /** Asks a node at which ports it serves clients. */
    private FollowerPorts.Found portsOf(String node) throws IOException {
        requireJoined();
        Member leader = otherLeader().filter(one -> one.name().equals(node))
                .orElseThrow(() -> new IOException(node + " is not known to lead"));
        return new FollowerPorts.Found(
                leader, await(joined.peers().ask(leader, ByteBuffer.wrap(new byte[] {PORTS})), ANSWER_MS));
    }

    private void handOver(String to) throws IOException {
        GroupStatus status = joined.log().status();
        if (!status.self().equals(status.leader())) {
            throw new IOException("no node is known to lead, so there is nothing to hand over; try again");
        }
        if (status.peers().stream().noneMatch(peer -> peer.member().name().equals(to))) {
            throw new IOException("the cluster has no node " + to + ", so " + status.leader() + " still leads; its nodes"
                    + " are " + String.join(", ", status.peers().stream().map(peer -> peer.member().name()).toList()));
        }
        if (to.equals(status.self())) {
            throw new IOException(to + " leads already");
        }
        if (status.peers().stream().anyMatch(
                peer -> peer.member().name().equals(to) && (peer.matched() < 0 || peer.silentMs() > SILENT_MS_MAX))) {
            throw new IOException("node " + to + " has not answered for " + SILENT_MS_MAX / 1_000 + " s and more, so it"
                    + " cannot lead, and " + status.self() + " still does; start it first");
        }
        member.handOver(to, HAND_OVER_MS);
    }

    /** Answers another node. */
    private ByteBuffer answer(String from, ByteBuffer request) throws IOException {
        byte kind = request.hasRemaining() ? request.get(request.position()) : 0;
        if (kind != STATUS && kind != TRANSFER && kind != ADD && kind != REMOVE && kind != RECORDS && kind != PORTS) {
            return member.service().answer(from, request);
        }
        requireJoined();
        request.get();
        switch (kind) {
            case STATUS -> {
                return ByteBuffer.wrap(ClusterView.json(joined.log().status(), group.toString()));
            }
            case RECORDS -> {
                return ByteBuffer.wrap(ownRecords());
            }
            case ADD -> {
                MemberChanges.Progress progress = joined.changes().add(member(text(request)));
                return ByteBuffer.wrap(progress.name().getBytes(StandardCharsets.UTF_8));
            }
            case PORTS -> {
                if (!member.isServing()) {
                    throw new IOException("this node serves no clients; ask again, or ask the leader");
                }
                return ports.of(member.node(), from);
            }
            case REMOVE -> removeHere(text(request));
            default -> handOver(text(request));
        }
        return ByteBuffer.allocate(0);
    }

    private static <T> T await(CompletableFuture<T> result, long limitMs) throws IOException {
        try {
            return result.get(limitMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the other node has not answered within " + limitMs / 1_000 + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    // ---- the end

    /** Hands leadership over where this node has it, and stops. */
    @Override
    public void close() throws IOException {
        try {
            if (joined != null) {
                handOverBeforeTheEnd();
                joined.log().close();
            }
        } catch (Exception e) {
            throw e instanceof IOException failure ? failure : new IOException(e);
        } finally {
            closeRest();
        }
    }

    private void handOverBeforeTheEnd() {
        if (!member.isServing()) {
            return;
        }
        try {
            member.handOver(null, HAND_OVER_MS);
        } catch (IOException e) {
            LOG.info("Leadership was not handed over before the stop: {}", e.getMessage());
        }
    }

    private void closeRest() throws IOException {
        try (DiskFileStore last = files; NameServerProcess second = names; FollowerPorts third = ports) {
            if (member != null) {
                member.close();
            }
        }
    }
}
