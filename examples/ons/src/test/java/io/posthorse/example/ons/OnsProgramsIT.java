package io.posthorse.example.ons;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aliyun.openservices.ons.api.exception.ONSClientException;
import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Runs each program and checks the output that the README shows. The programs run concurrently: no two share a topic or
 * a group.
 */
@Execution(ExecutionMode.CONCURRENT)
class OnsProgramsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SECRET = "secret-of-ann";

    @TempDir
    private static Path folder;
    private static BrokerProcess broker;
    private static Account account;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(folder.resolve("open"), Map.of("messageDelayLevel", "1s 1s 1s 1s 1s 1s"));
        account = new Account(broker.nameServer(), "nobody", "no secret");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void threeWays() throws Exception {
        assertEquals(List.of("called back, key ORDERID_101", "one way, key ORDERID_102", "waited for, key ORDERID_100"),
                ThreeWays.run(account));
    }

    @Test
    void filters() throws Exception {
        assertEquals(List.of("by tag: paid 10", "by tag: paid 40", "by tag: refunded 30", "by tag: refunded 60",
                "by SQL: cancelled 20", "by SQL: cancelled 50", "by SQL: paid 40"), Filters.run(account));
    }

    @Test
    void ordered() throws Exception {
        assertEquals(List.of("order-1: created paid sent", "order-2: created (not yet) paid sent",
                "order-3: created paid sent"), Ordered.run(account));
    }

    @Test
    void delayed() throws Exception {
        assertEquals(List.of("an order, not early", "if it is not paid by now, cancel it, not early"),
                Delayed.run(account));
    }

    @Test
    void transactions() throws Exception {
        assertEquals(List.of("asked about: tea, not known yet", "seen: a book, committed", "seen: tea, not known yet",
                "told by the client: local transaction branch failed ,so transaction rollback"), Transactions.run(account));
    }

    @Test
    void broadcast() throws Exception {
        assertEquals(List.of("back: rice costs 3.20", "back: tea costs 12.50", "front: rice costs 3.20",
                "front: tea costs 12.50"), Broadcast.run(account));
    }

    @Test
    void retries() throws Exception {
        assertEquals(List.of("caught, retry 0", "hopeless, retry 0", "hopeless, retry 1", "hopeless, retry 2",
                "later, retry 0", "later, retry 1", "null, retry 0", "null, retry 1", "throws, retry 0",
                "throws, retry 1"), Retries.run(account));
    }

    /**
     * The client's signature of route requests covers a character that it does not send, so its name server must not
     * verify it.
     */
    @Test
    void validSignaturesAreAcceptedAndInvalidOnesAreRejected() throws Exception {
        int port = freePort();
        ProcessBuilder names = new ProcessBuilder("../../bin/posthorse", "nameserver", "--set", "nameserver.port=" + port,
                "--set", "storePathRootDir=" + folder.resolve("names"));
        names.environment().put("JAVA_HOME", System.getProperty("java.home"));
        String nameServer = "127.0.0.1:" + port;
        Map<String, String> settings = Map.of("auth.enabled", "true", "namesrvAddr", nameServer,
                "initAuthenticationUser", "{\"username\":\"ann\",\"password\":\"" + SECRET + "\"}");
        try (ChildProcess alone = ChildProcess.start(names, folder.resolve("names.log"));
                BrokerProcess guarded = BrokerProcess.startPosthorse(folder.resolve("guarded"), settings)) {
            Account ann = new Account(nameServer, "ann", SECRET);
            await("registered").atMost(LIMIT).ignoreException(ONSClientException.class)
                    .until(() -> ThreeWays.run(ann).size() == 3);
            assertEquals(3, Ordered.run(ann).size(), () -> alone.tail() + guarded.tail());
            assertEquals(4, Transactions.run(ann).size());

            Account wrong = new Account(nameServer, "ann", "not " + SECRET);
            ONSClientException refused = assertThrows(ONSClientException.class, () -> ThreeWays.run(wrong));
            assertTrue(refused.getMessage().contains("Check signature failed"), refused::toString);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
