package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.RequestSigner;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a node, against a stand-in that answers one request. */
class ClusterCommandTest {
    private static final String WHOLE = """
            {"node":"a","state":"leading","cluster":{"by":"a","group":"g","leader":"a","term":2,"committed":9,"nodes":[
            {"name":"a","host":"h","port":1,"role":"LEADING","matched":9,"lag":0,"silentMs":0},
            {"name":"b","host":"h","port":2,"role":"FOLLOWING","matched":7,"lag":2,"silentMs":40},
            {"name":"c","host":"h","port":3,"role":"DOWN","silentMs":9000}]}}""";

    /** Fields of the last request. */
    private static volatile Map<String, String> asked = Map.of();

    private static void answer(ServerSocket server, int code, String remark, String body) {
        try (Socket client = server.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] request = new byte[in.readInt()];
            in.readFully(request);
            Frame question = FrameCodec.decode(request);
            asked = question.fields();
            client.getOutputStream().write(FrameCodec.encode(
                    question.answer(code, remark, Map.of(), body.getBytes(StandardCharsets.UTF_8))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Console ask(int code, String remark, String body, String... arguments) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = Thread.ofVirtual().start(() -> answer(server, code, remark, body));
            String[] all = new String[arguments.length + 3];
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            all[0] = "cluster";
            all[arguments.length + 1] = "-n";
            all[arguments.length + 2] = "127.0.0.1:" + server.getLocalPort();
            Console console = Console.run(all);
            answering.join();
            return console;
        }
    }

    @Test
    void eachNodeIsALine() throws Exception {
        Console console = ask(0, null, WHOLE, "status");
        assertEquals(0, console.exitCode(), console.err());
        assertTrue(console.out().matches("(?s).*b +h:2 +FOLLOWING +2 +40 ms ago.*"), console.out());
        assertTrue(console.out().matches("(?s).*c +h:3 +DOWN +- +9000 ms ago.*"), console.out());
        assertTrue(ask(0, null, WHOLE, "status", "-o", "json").out().contains("\"leader\":\"a\""));
    }

    @Test
    void requestsAreSignedWhereAUserIsGiven(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "the secret of ann\n");
        String[] user = {"--access-key", "ann", "--secret-file", secret.toString()};
        assertEquals(0, ask(0, null, WHOLE, "status", user[0], user[1], user[2], user[3]).exitCode());
        RequestSigner signer = new RequestSigner("ann", "the secret of ann".getBytes(StandardCharsets.UTF_8));
        assertEquals(signer.sign(Map.of(), new byte[0]), asked);
        assertEquals(0, ask(0, null, "", "transfer", "b", user[0], user[1], user[2], user[3]).exitCode());
        assertEquals("transfer", asked.get("command"));
        assertEquals("b", asked.get("node"));
        assertTrue(Math.abs(System.currentTimeMillis() - Long.parseLong(asked.get("time"))) < 60_000);
        assertEquals(signer.sign(
                Map.of("command", "transfer", "node", "b", "time", asked.get("time")), new byte[0]), asked);
        ask(0, null, WHOLE, "quorum", user[0], user[1], user[2], user[3]);
        assertEquals(signer.sign(Map.of(), new byte[0]), asked);
        ask(0, null, WHOLE, "status");
        assertEquals(Map.of(), asked);
        Console refused = ask(
                16, "No permission: no rule of user ann", "", "transfer", "b", user[0], user[1], user[2], user[3]);
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("no rule of user ann"), refused.err());
        assertFalse(refused.err().contains("the secret of ann"), refused.err());
    }

    @Test
    void theFirstNodeIsAskedThatAnswers() throws Exception {
        int dead;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = free.getLocalPort();
        }
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(server, 0, null, WHOLE));
            Console console = Console.run("cluster", "status", "-n",
                    "127.0.0.1:" + dead + "; 127.0.0.1:" + server.getLocalPort());
            assertEquals(0, console.exitCode(), console.err());
            assertTrue(console.out().contains("LEADING"), console.out());
        }
        Console neither = Console.run("cluster", "status", "-n", "127.0.0.1:" + dead + ";127.0.0.1:" + dead);
        assertEquals(1, neither.exitCode());
        assertTrue(neither.err().startsWith("No node was reached at 127.0.0.1:" + dead), neither.err());
        assertEquals(2, Console.run("cluster", "status", "--every", "0.01").exitCode());
        assertEquals(2, Console.run("cluster", "status", "-n", ";").exitCode());
        assertEquals(2, Console.run("cluster", "status", "-n", "nowhere", "--every", "0.1").exitCode());
    }

    @Test
    void aClusterWithoutALeaderIsAFailure() throws Exception {
        Console console = ask(0, null, WHOLE.replace("\"leader\":\"a\",", ""), "status");
        assertEquals(1, console.exitCode());
        assertTrue(console.out().startsWith("No node leads, as far as node a knows"), console.out());
        console = ask(0, null, "{\"node\":\"a\",\"state\":\"starting\"}", "status");
        assertTrue(console.out().startsWith("Node a is starting"), console.out());
        assertEquals(1, console.exitCode());
    }

    @Test
    void theMajorityIsCountedWithoutTheAskedNode() throws Exception {
        Console two = ask(0, null, WHOLE, "quorum");
        assertEquals(1, two.exitCode());
        assertTrue(two.out().startsWith("Without node a the cluster would have no majority"), two.out());
        Console three = ask(0, null, WHOLE.replace("\"DOWN\"", "\"FOLLOWING\",\"lag\":3"), "quorum");
        assertEquals(0, three.exitCode(), three.out());
        assertTrue(three.out().contains("can be stopped"), three.out());
        Console behind = ask(0, null, WHOLE.replace("\"DOWN\"", "\"FOLLOWING\",\"lag\":300000"), "quorum");
        assertEquals(1, behind.exitCode(), "a node that lacks so much is no help yet");
    }

    @Test
    void aRefusalIsPrinted() throws Exception {
        Console console = ask(1, "the cluster has no node x", "", "transfer", "x");
        assertEquals(1, console.exitCode());
        assertTrue(console.err().contains("has no node x"), console.err());
        assertFalse(console.out().contains("leads now"));
        assertTrue(ask(0, null, "", "transfer", "b").out().contains("Node b leads now."));
    }

    @Test
    void aNodeIsAddedOrRemoved() throws Exception {
        Console added = ask(0, null, "{\"state\":\"MEMBER\"}", "add", "d=127.0.0.1:10934");
        assertEquals(0, added.exitCode(), added.err());
        assertTrue(added.out().contains("Node d is a member now."), added.out());
        Console waiting = ask(0, null, "{\"state\":\"FETCHING\"}", "add", "d=127.0.0.1:10934", "--wait", "0");
        assertEquals(1, waiting.exitCode());
        assertTrue(waiting.out().contains("Node d fetches what the cluster has."), waiting.out());
        assertTrue(waiting.err().contains("the same command again"), waiting.err().replace('\n', ' '));
        Console refused = ask(1, "d leads, so it was not removed", "", "remove", "d");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("d leads"), refused.err());
        assertTrue(ask(0, null, "", "remove", "d").out().contains("Node d is no member any more."));
        assertEquals(2, Console.run("cluster", "add", "d=0.0.0.0:1").exitCode());
    }

    @Test
    void anAnswerThatIsNoneIsAFailure() throws Exception {
        for (String wrong : new String[] {"[]", "{", "{\"node\":\"a\",\"cluster\":3}"}) {
            Console console = ask(0, null, wrong, "status");
            assertEquals(1, console.exitCode(), wrong);
            assertTrue(console.err().contains("cannot be read"), console.err());
        }
    }

    @Test
    void whereNobodyAnswersTheAddressIsAskedFor() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Console console = Console.run("cluster", "status", "-n", "127.0.0.1:" + port);
        assertEquals(1, console.exitCode());
        assertTrue(console.err().contains("any node of the cluster will do"), console.err());
        assertEquals(2, Console.run("cluster", "quorum", "-n", "nowhere").exitCode());
        assertEquals(2, Console.run("cluster", "status", "-o", "xml").exitCode());
        assertEquals(2, Console.run("up", "--nodes", "9").exitCode());
    }

    @Test
    void aClusterForATryOutIsNotStartedWhereAPortIsInUse(@TempDir Path home) throws Exception {
        try (ServerSocket taken = new ServerSocket()) {
            try {
                taken.bind(new InetSocketAddress("127.0.0.1", 10_933));
            } catch (BindException e) {
                // another program has taken it, which does as well
            }
            assertEquals(Launch.NOT_STARTED, Console.run("up", "--data", home.resolve("data").toString()).exitCode());
            assertFalse(Files.exists(home.resolve("data")));
        }
    }

    @Test
    void statusTellsOfDamagedRecords() throws Exception {
        String with = WHOLE.substring(0, WHOLE.length() - 1) + """
                ,"records":[{"node":"a","found":0,"repaired":0,"unrepaired":0,"lost":0,"position":9,"end":90,"passes":1},
                {"node":"b","found":3,"repaired":1,"unrepaired":2,"lost":1,"position":8,"end":90,"passes":0}]}""";
        String out = ask(0, null, with, "status").out();
        assertTrue(out.contains("Node b has found 3 damaged ranges in its log since it was started, and repaired 1 of them;"
                + " 2 are tried again, of which 1 no other node has whole."), out);
        assertFalse(out.contains("Node a"), out);
        assertFalse(ask(0, null, WHOLE, "status").out().contains("damaged"));
    }

    @Test
    void aCopyIsSetAsideInTheDirectoryOfANodeAlone(@TempDir Path directory) throws Exception {
        Console none = Console.run("cluster", "refetch", "--data", directory.resolve("none").toString());
        assertEquals(1, none.exitCode());
        assertTrue(none.err().contains("There is no data directory"), none.err());
        String segment = "%020d.log".formatted(0);
        Files.writeString(directory.resolve(segment), "records");
        Files.writeString(directory.resolve("lock"), "");
        Console own = Console.run("cluster", "refetch", "--data", directory.toString());
        assertEquals(1, own.exitCode());
        assertTrue(own.err().contains("is not that of a node of a cluster"), own.err());
        assertTrue(Files.exists(directory.resolve(segment)));
        Files.writeString(directory.resolve("node"), "");
        Console done = Console.run("cluster", "refetch", "--data", directory.toString());
        assertEquals(0, done.exitCode(), done.err());
        assertTrue(done.out().startsWith("The node's copy is set aside (files: 1), as "), done.out());
        assertEquals("records", Files.readString(directory.resolve("diverged-1-" + segment)));
        assertEquals("50485245464e455700000001fffffffffffffffff8aeb607",
                HexFormat.of().formatHex(Files.readAllBytes(directory.resolve("refetch"))));
    }
}
