package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that registers with name servers in other processes. */
class OtherNameServersTest {
    private static final int ROUTE = 105;

    @TempDir
    Path directory;

    private static Frame route(TestBroker at, String topic) {
        try (RawClient client = new RawClient(at.server().brokerPort(), false)) {
            return client.ask(ROUTE, Map.of("topic", topic));
        }
    }

    @Test
    void itIsKnownThereAsLongAsItRuns() {
        try (TestBroker home = TestBroker.start(directory.resolve("home"), "brokerName=home")) {
            String address = "localhost:" + home.server().nameServerPort();
            TestBroker guest = TestBroker.start(
                    directory.resolve("guest"), "brokerName=guest", "nameserver.enabled=false", "namesrvAddr=" + address);
            guest.topic("Early", 3);
            Awaitility.await().until(() -> route(home, "Early").code() == 0);
            String json = new String(route(home, "Early").body());
            assertTrue(json.contains("\"guest\"") && json.contains(":" + guest.server().brokerPort()), json);
            assertTrue(json.contains("\"readQueueNums\":3"), json);
            guest.topic("Later", 1);
            Awaitility.await().until(() -> route(home, "Later").code() == 0);
            guest.close();
            Awaitility.await().until(() -> route(home, "Later").code() == 17);
        }
    }

    @Test
    void aNameServerThatIsNotThereYetIsTriedAgain() {
        TestBroker probe = TestBroker.start(directory.resolve("probe"));
        int port = probe.server().nameServerPort();
        probe.close();
        try (TestBroker guest = TestBroker.start(
                directory.resolve("guest"), "brokerName=guest", "namesrvAddr=127.0.0.1:" + port)) {
            guest.topic("T", 1);
            try (TestBroker home = TestBroker.start(
                    directory.resolve("home"), "brokerName=home", "nameserver.port=" + port)) {
                assertEquals(port, home.server().nameServerPort());
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> route(home, "T").code() == 0);
            }
        }
    }
}
