package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users who lose a permission while their request waits for the disk get no result. */
@Timeout(60)
class ParkedAnswersTest {
    private static final int QUERY = 12;
    private static final int PEEK = 200052;
    private static final int BUSY = 2;

    @TempDir
    private Path directory;

    private final CountDownLatch continues = new CountDownLatch(1);
    private Users users;
    private RawClient root;
    private RawClient ann;

    @BeforeEach
    void start() {
        users = Users.start(directory, "read.hot.bytes=1048576").user("ann", "Topic:T Sub Allow", "Group:G Sub Allow");
        root = users.root();
        for (String topic : new String[] {"T", "Filler"}) {
            assertEquals(0, root.ask(17, Map.of("topic", topic, "readQueueNums", "1", "writeQueueNums", "1", "perm", "6"))
                    .code());
        }
        assertEquals(0, root.ask(SEND_SHORT, shortSend("T", 0, "KEYS\u0001k\u0002UNIQ_KEY\u0001U\u0002"), text("secret"))
                .code());
        for (int i = 0; i < 2; i++) {
            assertEquals(0, root.ask(SEND_SHORT, shortSend("Filler", 0, ""), new byte[1 << 20]).code());
        }
        ann = users.client("ann");
        assertEquals(0, ann.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1)).code());
    }

    @AfterEach
    void stop() {
        continues.countDown();
        users.close();
    }

    /** Returns the answer to a request that waits for the disk while its permission is withdrawn. */
    private Frame meanwhile(int code, Map<String, String> fields) {
        users.broker().server().reader().run(() -> await(continues), failure -> {});
        int asked = ann.send(code, fields, RawClient.NO_BODY);
        ann.send(34, Map.of(), heartbeat("c", "G", "T", "*", 1));
        Frame beat = ann.next(); // the earlier request waits by now
        assertEquals(0, beat.code(), beat.remark());
        assertEquals(0, root.ask(3008, Map.of("subject", "User:ann", "resource", "Topic:T")).code());
        continues.countDown();
        return ann.answer(asked);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertNothingIsShown(int code, Map<String, String> fields) {
        Frame before = ann.ask(code, fields);
        assertTrue(new String(before.body()).contains("secret"), before.remark());
        assertRefused(meanwhile(code, fields));
    }

    private static void assertRefused(Frame answer) {
        assertEquals(BUSY, answer.code(), answer.remark());
        assertEquals(0, answer.body().length);
    }

    @Test
    void secT32ASearchByKeyIsRefused() {
        assertNothingIsShown(QUERY, Map.of(
                "topic", "T", "key", "k", "maxNum", "9", "beginTimestamp", "0", "endTimestamp", "" + Long.MAX_VALUE));
    }

    @Test
    void secT32APullIsRefused() {
        assertNothingIsShown(TestBroker.PULL, TestBroker.pull("G", "T", 0, 0, "*", 0));
    }

    @Test
    void secT32APeekIsRefused() {
        assertRefused(meanwhile(PEEK, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0", "maxMsgNums", "1")));
    }
}
