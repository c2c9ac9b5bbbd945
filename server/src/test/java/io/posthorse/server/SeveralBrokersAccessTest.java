package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The users and rules of several brokers in one process, which are those of the first. */
@Timeout(60)
class SeveralBrokersAccessTest {
    private static final int CREATE = 3001;
    private static final int UPDATE = 3002;
    private static final int DELETE = 3003;
    private static final int LIST = 3005;
    private static final int NO_PERMISSION = 16;

    @TempDir
    Path directory;

    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(RawClient::close);
    }

    private RawClient at(Users users, int number, String user, String secret) {
        RawClient client = new RawClient(users.broker().server().brokers().get(number).port(), false).as(user, secret);
        clients.add(client);
        return client;
    }

    private RawClient rootAt(Users users, int number) {
        return at(users, number, Users.ROOT, Users.ROOT_SECRET);
    }

    private static Frame send(RawClient client) {
        return client.ask(SEND_SHORT, shortSend("T", 0, ""), text("m"));
    }

    private static Frame create(RawClient root, String user) {
        return root.ask(CREATE, Map.of("username", user), text("{\"username\":\"" + user + "\",\"password\":\""
                + Users.secret(user) + "\",\"userType\":\"Normal\"}"));
    }

    @Test
    void theFirstOnesUsersAndRulesHoldAtAll() {
        try (Users users = Users.start(directory, "brokers=3").user("ann", "Topic:T Pub,Create Allow")) {
            for (int number = 0; number < 3; number++) {
                assertEquals(0, send(rootAt(users, number)).code());
                Frame sent = send(at(users, number, "ann", Users.secret("ann")));
                assertEquals(0, sent.code(), sent.remark());
                assertEquals(NO_PERMISSION, send(at(users, number, "ann", "wrong-secret")).code());
                assertEquals(NO_PERMISSION, send(at(users, number, "eve", Users.secret("eve"))).code());
            }
        }
        assertTrue(Files.exists(directory.resolve("access.key")));
        assertFalse(Files.exists(directory.resolve("brokers").resolve("1").resolve("access.key")), "one set of users");
        try (Users users = Users.start(directory, "brokers=3")) {
            for (int number = 0; number < 3; number++) {
                assertEquals(0, send(at(users, number, "ann", Users.secret("ann"))).code(), "from the first request on");
            }
        }
    }

    @Test
    void aChangeAtAnyOfThemIsInForceAtAllOnceItIsAnswered() {
        try (Users users = Users.start(directory, "brokers=2")) {
            for (int round = 0; round < 20; round++) { // of 50 failures that an address may have in ten seconds
                String name = "ann" + round;
                List<RawClient> anns = List.of(
                        at(users, 0, name, Users.secret(name)), at(users, 1, name, Users.secret(name)));
                RawClient root = rootAt(users, round % 2);
                assertEquals(0, create(root, name).code());
                assertEquals(0, Users.rule(root, name, "Topic:T Pub,Create Allow").code());
                for (RawClient ann : anns) {
                    assertEquals(0, send(ann).code());
                }
                assertEquals(0, root.ask(DELETE, Map.of("username", name)).code());
                for (RawClient ann : anns) {
                    assertEquals(NO_PERMISSION, send(ann).code(), "deleted, and known by nobody");
                }
                root.close();
            }
        }
    }

    @Test
    void aToolMakesAChangeAtEachOfThem() {
        try (Users users = Users.start(directory, "brokers=2")) {
            for (int number : new int[] {1, 0}) {
                Frame created = create(rootAt(users, number), "ann");
                assertEquals(0, created.code(), created.remark());
            }
            for (int number : new int[] {0, 1}) {
                assertEquals(0, rootAt(users, number).ask(
                        UPDATE, Map.of("username", "ann"), text("{\"userType\":\"Super\"}")).code());
            }
            assertEquals("The user is existed: ann", create(rootAt(users, 1), "ann").remark(), "it is another one by now");
            for (int number : new int[] {0, 1}) {
                Frame deleted = rootAt(users, number).ask(DELETE, Map.of("username", "ann"));
                assertEquals(0, deleted.code(), deleted.remark());
            }
            assertEquals(0, create(rootAt(users, 0), "bob").code());
            assertTrue(rootAt(users, 1).ask(DELETE, Map.of("username", "ann")).code() != 0, "an older change");
        }
    }

    /** What is revoked is revoked at all that answer, whatever hinders one of them. */
    @Test
    void oneThatIsStuckKeepsNoChangeFromTheOthers() throws InterruptedException {
        CountDownLatch continues = new CountDownLatch(1);
        CountDownLatch isStuck = new CountDownLatch(1);
        try (Users users = Users.start(directory, "brokers=3").user("ann", "Topic:T Pub,Create Allow")
                .user("bob", "Topic:T Pub,Create Allow")) {
            RawClient ann = at(users, 1, "ann", Users.secret("ann"));
            RawClient bob = at(users, 1, "bob", Users.secret("bob"));
            RawClient late = at(users, 2, "ann", Users.secret("ann"));
            assertEquals(0, send(ann).code());
            assertEquals(0, send(bob).code());
            users.broker().server().nodes().get(2).network().owner().execute(() -> {
                isStuck.countDown();
                pass(continues);
            });
            isStuck.await();
            RawClient root = rootAt(users, 0);
            int first = root.send(DELETE, Map.of("username", "ann"), RawClient.NO_BODY);
            int second = root.send(DELETE, Map.of("username", "bob"), RawClient.NO_BODY);
            await().until(() -> send(bob).code() == NO_PERMISSION);
            assertEquals(NO_PERMISSION, send(ann).code());
            assertEquals("[{\"userStatus\":\"enable\",\"userType\":\"Super\",\"username\":\"root\"}]",
                    new String(rootAt(users, 0).ask(LIST, Map.of()).body()));
            continues.countDown();
            assertEquals(0, root.answer(first).code());
            assertEquals(0, root.answer(second).code());
            assertEquals(NO_PERMISSION, send(late).code());
        } finally {
            continues.countDown();
        }
    }

    private static void pass(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void secT07GuessesAtAllOfThemCountTogether() {
        try (Users users = Users.start(directory, "brokers=3").user("ann", "Topic:T Pub,Create Allow")) {
            for (int guess = 0; guess < 5; guess++) {
                assertEquals(NO_PERMISSION, send(at(users, guess % 3, "ann", "guess-number-" + guess)).code());
            }
            for (int number = 0; number < 3; number++) {
                Frame refused = send(at(users, number, "ann", Users.secret("ann")));
                assertTrue(refused.remark().contains("Wait 10 seconds"), refused.remark());
            }
        }
    }
}
