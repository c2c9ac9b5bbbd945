package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users, rules and changed settings of three nodes: whoever leads decides by what the cluster has agreed on. */
class ClusterAccessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int ROUTE = 105;
    private static final int NO_PERMISSION = 16;
    private static final int STATUS = 30_021;
    private static final int TRANSFER = 30_022;
    private static final int REMOVE = 30_024;
    private static final int CREATE_USER = 3_001;
    private static final int DELETE_USER = 3_003;
    private static final int DELETE_RULE = 3_008;
    private static final int UPDATE_CONFIG = 25;
    private static final int SHOW_CONFIG = 26;
    private static final int VIEW_MESSAGE = 33;
    private static final int PUT_KV = 100;
    private static final int WIPE_WRITE = 205;
    private static final String NODES = "a=127.0.0.1:26410,b=127.0.0.1:26411,c=127.0.0.1:26412";
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final Pattern BROKER_PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
    private static final String ROOT = "root";
    private static final String ROOT_SECRET = "secret-of-the-root-7531";
    private static final String ANN_SECRET = "secret-of-ann-8642";
    private static final String BY_CONFIGURATION = "initAuthenticationUser={\"username\":\"" + ROOT + "\",\"password\":\""
            + ROOT_SECRET + "\"}";

    @TempDir
    Path directory;

    private final ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, ClusterNode> running = new TreeMap<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private String user = ROOT;
    private String secret = ROOT_SECRET;

    @AfterEach
    void stop() throws IOException {
        starts.shutdownNow();
        for (ClusterNode node : running.values()) {
            node.close();
        }
    }

    private static int nameServer(String node) {
        return 26_420 + NAMES.indexOf(node);
    }

    private ServerConfig config(String node, String... more) {
        List<String> sets = new ArrayList<>(List.of(
                "listenPort=0", "vip.enabled=false", "grpc.enabled=false", "openwire.enabled=false",
                "storePathRootDir=" + directory.resolve(node), "mappedFileSizeCommitLog=16777216",
                "nameserver.port=" + nameServer(node),
                "namesrvAddr=127.0.0.1:26420;127.0.0.1:26421;127.0.0.1:26422",
                "cluster.nodes=" + NODES, "cluster.node=" + node));
        sets.addAll(List.of(more));
        return ConfigLoader.load(new ConfigSources(null, null, Map.of(), sets, "host"));
    }

    private void start(String node, String... more) throws IOException {
        running.put(node, ClusterNode.start(config(node, more), failures::add));
    }

    private void startAll(String... more) throws Exception {
        Map<String, Future<ClusterNode>> opening = new TreeMap<>();
        for (String node : NAMES) {
            opening.put(node, starts.submit(() -> ClusterNode.start(config(node, more), failures::add)));
        }
        for (String node : NAMES) {
            running.put(node, opening.get(node).get());
        }
    }

    private String leader() {
        return await().atMost(PATIENCE).until(() -> running.keySet().stream()
                .filter(name -> running.get(name).isServing()).findFirst().orElse(null), name -> name != null);
    }

    private RawClient client(int port) {
        return new RawClient(port, false).as(user, secret);
    }

    private Frame ask(String node, int code, Map<String, String> fields) {
        try (RawClient client = client(nameServer(node))) {
            return client.ask(code, fields);
        }
    }

    /** Returns the port of the broker that a node's name server knows, once it does and that answers the super user. */
    private int broker(String node) {
        return await().atMost(PATIENCE).ignoreException(UncheckedIOException.class).until(() -> {
            Frame answer = ask(node, ROUTE, Map.of("topic", "TBW102"));
            Matcher matcher = BROKER_PORT.matcher(new String(answer.body(), StandardCharsets.UTF_8));
            if (answer.code() != 0 || !matcher.find()) {
                return 0;
            }
            int port = Integer.parseInt(matcher.group(1));
            try (RawClient root = client(port)) {
                return root.ask(SHOW_CONFIG, Map.of()).code() == 0 ? port : 0;
            }
        }, port -> port != 0);
    }

    private static Map<String, String> transfer(String to) {
        return command("transfer", to, System.currentTimeMillis());
    }

    private static Map<String, String> command(String word, String node, long time) {
        return Map.of("command", word, "node", node, "time", Long.toString(time));
    }

    /** Has another node lead; returns the port of its broker. */
    private int move() {
        String from = leader();
        String to = NAMES.get((NAMES.indexOf(from) + 1) % NAMES.size());
        Frame done = ask(from, TRANSFER, transfer(to));
        assertEquals(0, done.code(), done.remark());
        await().atMost(PATIENCE).until(() -> running.get(to).isServing());
        return broker(to);
    }

    private void createAnn(int port) {
        try (RawClient root = client(port)) {
            Frame made = root.ask(CREATE_USER, Map.of("username", "ann"), TestBroker.text(
                    "{\"username\":\"ann\",\"password\":\"" + ANN_SECRET + "\",\"userType\":\"Normal\"}"));
            assertEquals(0, made.code(), made.remark());
        }
    }

    private static Frame send(int port, String name, String itsSecret) {
        try (RawClient client = new RawClient(port, false).as(name, itsSecret)) {
            return client.ask(
                    TestBroker.SEND_SHORT, TestBroker.shortSend("TBW102", 0, ""), TestBroker.text("a message"));
        }
    }

    private static void mayNot(Frame answer, String why) {
        assertEquals(NO_PERMISSION, answer.code(), answer.remark());
        assertTrue(answer.remark().contains(why), answer.remark());
    }

    @Test
    void usersAndRulesAreThoseOfTheClusterWhoeverLeads() throws Exception {
        startAll("auth.enabled=true", "insecure=true", BY_CONFIGURATION);
        int a = broker(leader());
        createAnn(a);
        mayNot(send(a, "ann", ANN_SECRET), "no rule of user ann");
        try (RawClient root = client(a)) {
            assertEquals(0, Users.rule(root, "ann", "Topic:TBW102 Pub Allow").code());
        }
        assertEquals(0, send(a, "ann", ANN_SECRET).code());

        int b = move();
        assertEquals(0, send(b, "ann", ANN_SECRET).code());
        mayNot(send(b, "ann", "another-secret"), "secret key is wrong");
        try (RawClient root = client(b)) {
            Frame gone = root.ask(DELETE_RULE, Map.of("subject", "User:ann", "resource", "Topic:TBW102"));
            assertEquals(0, gone.code(), gone.remark());
        }
        mayNot(send(b, "ann", ANN_SECRET), "no rule of user ann");

        int c = move();
        mayNot(send(c, "ann", ANN_SECRET), "no rule of user ann");
        try (RawClient root = client(c)) {
            Frame gone = root.ask(DELETE_USER, Map.of("username", "ann"));
            assertEquals(0, gone.code(), gone.remark());
        }
        mayNot(send(c, "ann", ANN_SECRET), "there is no user with the access key ann");
        mayNot(send(move(), "ann", ANN_SECRET), "there is no user with the access key ann");
        assertEquals(List.of(), failures);
    }

    @Test
    void nameServersOfAllNodesAskForUsersAndAPermission() throws Exception {
        startAll("auth.enabled=true", "insecure=true", BY_CONFIGURATION);
        String leader = leader();
        createAnn(broker(leader));
        for (String node : NAMES) {
            broker(node); // knows the leader, which has registered there
            try (RawClient nobody = new RawClient(nameServer(node), false)) {
                mayNot(nobody.ask(ROUTE, Map.of("topic", "TBW102")), "is not signed");
                mayNot(nobody.ask(STATUS, Map.of()), "is not signed");
                mayNot(nobody.ask(TRANSFER, Map.of("node", node)), "is not signed");
            }
            await().atMost(PATIENCE).until(() -> {
                try (RawClient ann = new RawClient(nameServer(node), false).as("ann", ANN_SECRET)) {
                    return ann.ask(STATUS, Map.of()).remark().contains("no rule of user ann");
                }
            });
            try (RawClient ann = new RawClient(nameServer(node), false).as("ann", ANN_SECRET)) {
                mayNot(ann.ask(TRANSFER, Map.of("node", node)), "no rule of user ann");
                mayNot(ann.ask(PUT_KV, Map.of("namespace", "n", "key", "k", "value", "v")), "no rule of user ann");
                Frame route = ann.ask(ROUTE, Map.of("topic", "TBW102"));
                assertEquals(0, route.code(), "so that the broker says why: " + route.remark());
                Frame missing = ann.ask(ROUTE, Map.of("topic", "missing"));
                assertEquals(0, missing.code(), "and nobody learns which topics there are");
            }
            assertEquals(0, ask(node, STATUS, Map.of()).code());
            long now = System.currentTimeMillis();
            mayNot(ask(node, TRANSFER, command("add", node, now)), "not signed as \"transfer\"");
            mayNot(ask(node, REMOVE, transfer(node)), "not signed as \"remove\"");
            mayNot(ask(node, TRANSFER, Map.of("node", node)), "not signed as \"transfer\"");
            mayNot(ask(node, TRANSFER, command("transfer", node, now - 100_000)), "it was signed 10");
            mayNot(ask(node, WIPE_WRITE + 9_000, Map.of()), "unknown");
        }
        // what a follower cannot do is refused with a reason: only its name server listens
        String follower = NAMES.stream().filter(name -> !name.equals(leader)).findFirst().orElseThrow();
        Frame refused = ask(follower, CREATE_USER, Map.of("username", "eve"));
        assertEquals(3, refused.code(), refused.remark());
        assertTrue(refused.remark().contains("this is a name server alone"), refused.remark());
        assertEquals(List.of(), failures);
    }

    @Test
    void changedSettingsAreInForceOnTheNextLeaderAndOnANodeThatWasAway() throws Exception {
        startAll("auth.enabled=true", "insecure=true", BY_CONFIGURATION);
        int a = broker(leader());
        String away = NAMES.get((NAMES.indexOf(leader()) + 2) % NAMES.size());
        running.remove(away).close();
        createAnn(a);
        try (RawClient root = client(a)) {
            Frame done = root.ask(UPDATE_CONFIG, Map.of(), TestBroker.text("defaultTopicQueueNums=3\nfileReservedTime=7\n"));
            assertEquals(0, done.code(), done.remark());
            assertEquals("3", setting(root, "defaultTopicQueueNums"));
        }
        int b = move();
        try (RawClient root = client(b)) {
            assertEquals("3", setting(root, "defaultTopicQueueNums"));
            Frame done = root.ask(UPDATE_CONFIG, Map.of(), TestBroker.text("fileReservedTime=\n"));
            assertEquals(0, done.code(), done.remark());
        }
        start(away, "auth.enabled=true", "insecure=true", BY_CONFIGURATION);
        await().atMost(PATIENCE).until(() -> ask(leader(), TRANSFER, transfer(away)).code() == 0);
        await().atMost(PATIENCE).until(() -> running.get(away).isServing());
        int c = broker(away);
        try (RawClient root = client(c)) {
            assertEquals("3", setting(root, "defaultTopicQueueNums"));
            assertEquals("72", setting(root, "fileReservedTime"), "taken back by another leader");
        }
        mayNot(send(c, "ann", ANN_SECRET), "no rule of user ann");
        assertEquals(List.of(), failures);
    }

    /** No request reads a record of a table, whatever position it names: neither a message's nor an offset's. */
    @Test
    void noRequestReadsARecordOfATable() throws Exception {
        startAll("auth.enabled=true", "insecure=true", BY_CONFIGURATION);
        int a = broker(leader());
        createAnn(a);
        try (RawClient root = client(a)) {
            int messages = 0;
            for (long position = 0; position < 16_384; position += 8) {
                Frame answer = root.ask(VIEW_MESSAGE, Map.of("offset", Long.toString(position)));
                messages += answer.code() == 0 ? 1 : 0;
            }
            assertEquals(0, messages, "there is no message yet, only other records");
        }
        assertEquals(0, send(a, ROOT, ROOT_SECRET).code());
        assertEquals(List.of(), failures);
    }

    private static String setting(RawClient root, String key) throws IOException {
        Properties all = new Properties();
        all.load(new java.io.StringReader(new String(
                root.ask(SHOW_CONFIG, Map.of()).body(), StandardCharsets.UTF_8)));
        return all.getProperty(key);
    }

    @Test
    void theFirstSuperUserIsMadeOnceForAllNodes() throws Exception {
        startAll("auth.enabled=true", "insecure=true");
        leader();
        List<Path> files = await().atMost(PATIENCE).until(
                () -> NAMES.stream().map(node -> directory.resolve(node).resolve("admin.secret")).filter(Files::exists)
                        .toList(), found -> !found.isEmpty());
        assertEquals(1, files.size());
        Properties first = new Properties();
        try (var in = Files.newBufferedReader(files.getFirst())) {
            first.load(in);
        }
        user = first.getProperty("accessKey");
        secret = first.getProperty("secretKey");
        assertEquals("admin", user);
        for (int i = 0; i < 3; i++) {
            mayNot(send(move(), "admin", "another-secret"), "secret key is wrong");
        }
        List<String> restarted = List.copyOf(running.keySet());
        for (String node : restarted) {
            running.remove(node).close();
        }
        for (String node : restarted) { // the engine gives its directory's lock back some time after it was closed
            await().atMost(PATIENCE).ignoreException(IOException.class).until(() -> {
                start(node, "auth.enabled=true", "insecure=true");
                return true;
            });
        }
        assertEquals(0, send(broker(leader()), user, secret).code());
        assertEquals(1, NAMES.stream()
                .filter(node -> Files.exists(directory.resolve(node).resolve("admin.secret"))).count());
        for (String node : NAMES) {
            assertEquals("rwx------", PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(directory.resolve(node))), "the log has the key that seals secrets");
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void noFileOfANodeShowsASecret() throws Exception {
        startAll("auth.enabled=true", "insecure=true", BY_CONFIGURATION);
        int a = broker(leader());
        createAnn(a);
        move();
        for (ClusterNode node : running.values()) {
            node.close();
        }
        running.clear();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(text.contains(ANN_SECRET), file.toString());
                assertFalse(text.contains(ROOT_SECRET), file.toString());
            }
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void aNodeWithoutAccessControlDoesNotTakePart() throws Exception {
        startAll("auth.enabled=true", "insecure=true", BY_CONFIGURATION);
        String leader = leader();
        createAnn(broker(leader));
        String other = NAMES.stream().filter(name -> !name.equals(leader)).findFirst().orElseThrow();
        running.remove(other).close();
        String refusal;
        try {
            start(other);
            refusal = await().atMost(PATIENCE).until(
                    () -> failures.stream().findFirst().orElse(null), failure -> failure != null).getMessage();
        } catch (IOException e) {
            refusal = e.getMessage();
        }
        assertTrue(refusal.contains("Set auth.enabled=true, as on the other nodes"), refusal);
        assertNull(running.get(other) == null ? null : running.get(other).isServing() ? "it serves" : null);
    }
}
