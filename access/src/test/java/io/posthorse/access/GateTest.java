package io.posthorse.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.Secret;
import io.posthorse.platform.Clock;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gate decides whatever the rules say, and how users log in. */
class GateTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final Origin LOCAL = new Origin(HERE, false);
    private static final Origin FAR = new Origin(address("10.0.0.1"), false);
    private static final Origin FAR_BY_TLS = new Origin(address("10.0.0.1"), true);

    private AccessControl control;
    private Gate gate;
    private Accounts accounts;

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void open() throws Exception {
        control = AccessControl.open(
                new FaultyFileStore(new SeededEntropy(1)), (job, done) -> {
                    try {
                        job.run();
                        done.accept(null);
                    } catch (java.io.IOException e) {
                        done.accept(e);
                    }
                },
                Clock.system(), new SeededEntropy(2), AccessTable.EMPTY, "root", new Secret("rootsecret"), (n, s) -> { });
        gate = gate(AccessPolicy.STANDARD);
        accounts = gate.accounts();
        accounts.createUser(LOCAL, "ann", null, null, "annsecret", GateTest::requireDone);
    }

    private Gate gate(AccessPolicy policy) {
        return new Gate(control, policy, "cluster", Set.of("cluster"), "known"::equals, "known"::equals);
    }

    private static void requireDone(Accounts.Refusal refusal) {
        assertNull(refusal, () -> refusal.text());
    }

    private void allow(String resource, String... actions) {
        accounts.putRules(LOCAL, "User:ann",
                List.of(new Accounts.RuleView("Custom", resource, List.of(actions), List.of(), "Allow")),
                GateTest::requireDone);
    }

    private Identity user(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return gate.logins().claimed(bytes, 0, bytes.length);
    }

    @Test
    void retryAndDeadLetterTopicsFollowTheRulesOfTheirGroup() {
        allow("Topic:*", "All");
        Identity ann = user("ann");
        assertNotNull(gate.refusalToRead(ann, HERE, "%DLQ%private"));
        assertNotNull(gate.refusalToSend(ann, HERE, "%DLQ%private"));
        assertNotNull(gate.refusalToRead(ann, HERE, "%RETRY%private"));
        allow("Group:private", "Sub");
        ann = user("ann");
        assertNull(gate.refusalToRead(ann, HERE, "%DLQ%private"));
        assertNull(gate.refusalToSend(ann, HERE, "%RETRY%private"));
        assertNotNull(gate.refusalToSend(ann, HERE, "%DLQ%private"), "only the broker sends there");
    }

    @Test
    void internalTopicsAreProtectedWithAndWithoutUsers() {
        Gate open = new Gate(null, AccessPolicy.STANDARD, "cluster", Set.of("cluster"), name -> true, name -> true);
        for (String name : List.of("RMQ_SYS_X", "SCHEDULE_TOPIC_XXXX", "%RETRY%g", "%DLQ%g")) {
            assertTrue(SystemNames.isInternal(name), name);
            assertNotNull(open.refusalToCreate(null, HERE, name), name);
            assertNotNull(gate.refusalToCreate(user("root"), HERE, name), name);
        }
        for (String name : List.of("RMQ_SYS_X", "%DLQ%g", "cluster")) {
            assertNotNull(open.refusalToDelete(null, HERE, name), name);
            assertNotNull(gate.refusalToDelete(user("root"), HERE, "RMQ_SYS_X"), name);
        }
        assertNull(open.refusalToDelete(null, HERE, "orders"));
        assertNotNull(open.refusalToSend(null, HERE, "RMQ_SYS_X"));
        assertNotNull(gate.refusalToSend(user("root"), HERE, "RMQ_SYS_X"));
        assertNull(gate.refusalToSend(user("ann"), HERE, SystemNames.TRACE_TOPIC), "every user sends traces");
        assertFalse(open.isInternal("orders"));
        assertTrue(open.isInternal("cluster") && open.isInternal("RMQ_SYS_X"));
        assertNull(open.refusalToSend(null, HERE, "orders"));
    }

    @Test
    void namesAsBytesAreDecidedLikeStrings() {
        allow("Topic:*", "All");
        Identity ann = user("ann");
        for (String name : List.of("orders", "%DLQ%g", "%RETRY%g", "RMQ_SYS_X", "RMQ_SYS_TRACE_TOPIC", "")) {
            byte[] bytes = ("xx" + name).getBytes(StandardCharsets.UTF_8);
            int length = bytes.length - 2;
            assertEquals(gate.refusalToSend(ann, HERE, name), gate.refusalToSend(ann, HERE, bytes, 2, length), name);
            assertEquals(gate.refusalToRead(ann, HERE, name), gate.refusalToRead(ann, HERE, bytes, 2, length), name);
        }
    }

    @Test
    void passwordIsAcceptedOnlyWhereOthersCannotReadIt() {
        assertEquals("ann", gate.logins().login("ann", "annsecret", LOCAL).name());
        assertEquals("ann", gate.logins().login("ann", "annsecret", FAR_BY_TLS).name());
        NotAdmittedException refused =
                assertThrows(NotAdmittedException.class, () -> gate.logins().login("ann", "annsecret", FAR));
        assertTrue(refused.getMessage().contains(AccessPolicy.PLAIN_PASSWORDS), refused.getMessage());
        assertEquals("ann", gate(new AccessPolicy(true, 6)).logins().login("ann", "annsecret", FAR).name());
        assertThrows(NotAdmittedException.class, () -> gate.logins().login("ann", "wrong", LOCAL));
        assertThrows(NotAdmittedException.class, () -> gate.logins().login("nobody", "annsecret", LOCAL));
    }

    @Test
    void usersCanBeChangedOnlyWhereOthersCannotReadTheRequest() {
        List<Accounts.Refusal> refusals = new ArrayList<>();
        accounts.createUser(FAR, "eve", "Super", null, "evilsecret", refusals::add);
        accounts.updateUser(FAR, "ann", "Super", null, null, refusals::add);
        accounts.deleteUser(FAR, "ann", refusals::add);
        accounts.putRules(FAR, "User:ann",
                List.of(new Accounts.RuleView("Custom", "*", List.of("All"), List.of(), "Allow")), refusals::add);
        accounts.deleteRules(FAR, "User:ann", "", "", refusals::add);
        accounts.putPlainAccount(FAR, "eve", name -> name.equals("secretKey") ? "evilsecret" : null, refusals::add);
        assertEquals(6, refusals.size());
        refusals.forEach(refusal -> assertTrue(refusal.text().contains("TLS"), refusal.text()));
        assertNull(accounts.user("eve"));
        assertFalse(accounts.user("ann").isSuper());
        accounts.createUser(FAR_BY_TLS, "eve", null, null, "evilsecret", GateTest::requireDone);
        assertNotNull(accounts.user("eve"));
    }

    @Test
    void policySetsTheMinimumPasswordLength() {
        List<Accounts.Refusal> refusals = new ArrayList<>();
        accounts.createUser(LOCAL, "bob", null, null, "short", refusals::add);
        accounts.updateUser(LOCAL, "ann", null, null, "short", refusals::add);
        accounts.putPlainAccount(LOCAL, "bob", name -> name.equals("secretKey") ? "short" : null, refusals::add);
        assertEquals(3, refusals.size());
        refusals.forEach(refusal -> assertTrue(refusal.text().contains(AccessPolicy.PASSWORD_MIN), refusal.text()));
        gate(new AccessPolicy(false, 4)).accounts()
                .createUser(LOCAL, "bob", null, null, "short", GateTest::requireDone);
        assertNotNull(accounts.user("bob"));
    }

    @Test
    void userChangedSinceTheLoginIsRefused() {
        Identity ann = gate.logins().login("ann", "annsecret", LOCAL);
        allow("Topic:orders", "Pub");
        Identity now = gate.logins().now(ann);
        assertNull(gate.refusalToSend(now, HERE, "orders"), "rules are in force at once");
        accounts.updateUser(LOCAL, "ann", null, null, "another secret", GateTest::requireDone);
        assertNull(gate.logins().now(now));
        accounts.deleteUser(LOCAL, "ann", GateTest::requireDone);
        assertNull(gate.logins().now(now));
    }

    @Test
    void guessingFromTheSameAddressDoesNotLockOutAKnownUser() {
        gate.logins().login("ann", "annsecret", FAR_BY_TLS);
        for (int i = 0; i < 60; i++) {
            String guessed = "user" + i;
            assertThrows(NotAdmittedException.class, () -> gate.logins().login(guessed, "a guess", FAR_BY_TLS));
        }
        assertTrue(assertThrows(NotAdmittedException.class, () -> gate.logins().login("root", "rootsecret", FAR_BY_TLS))
                .getMessage().contains("Wait"));
        assertEquals("ann", gate.logins().login("ann", "annsecret", FAR_BY_TLS).name());
        assertEquals("root", gate.logins().login("root", "rootsecret", LOCAL).name());
    }
}
