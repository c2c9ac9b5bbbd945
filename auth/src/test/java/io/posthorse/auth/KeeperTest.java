package io.posthorse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What both places promise in which users and rules are kept, and what a group's alone does. */
class KeeperTest {
    private static final String SECRET = "the-secret-of-ann";

    /** The same for both. */
    abstract static class Contract {
        final AtomicLong numbers = new AtomicLong();
        final List<String> outcomes = new ArrayList<>();

        /** Opens what is kept, with the super user root. */
        abstract AccessControl open() throws IOException;

        /** Lets writes succeed or fail that were begun. */
        abstract void finish(IOException failure);

        void change(AccessControl control, UnaryOperator<AccessTable> change) {
            control.change(change, e -> outcomes.add(e == null ? "done" : e.getMessage()));
        }

        private static AccessTable withAnn(AccessTable table) {
            return table.with(User.of("ann", User.Kind.NORMAL, true, SECRET)).withRule("ann", rule("Topic:orders*"));
        }

        static Rule rule(String resource) {
            return new Rule(false, Resource.parse(resource), Actions.of(Action.PUB, Action.SUB),
                    Sources.of(List.of("10.0.0.0/8")), true);
        }

        @Test
        void aChangeIsInForceOnceItIsKeptAndAfterAnotherStart() throws IOException {
            AccessControl control = open();
            int[] heard = new int[1];
            control.onChange(() -> heard[0]++);
            change(control, Contract::withAnn);
            assertNull(control.table().user("ann"), "it is not kept yet");
            assertEquals(0, heard[0]);
            finish(null);
            assertEquals(List.of("done"), outcomes);
            assertEquals(1, heard[0]);
            assertEquals(new Secret(SECRET), control.table().user("ann").secret());
            AccessTable before = control.table();
            assertEquals(before, open().table());
        }

        @Test
        void changesAreMadeOneAfterTheOther() throws IOException {
            AccessControl control = open();
            change(control, Contract::withAnn);
            change(control, table -> table.withRule("ann", rule("Topic:bills")));
            change(control, table -> table.with(User.of("bob", User.Kind.SUPER, false, "the-secret-of-bob")));
            change(control, table -> table.without("ann"));
            change(control, table -> table.without("root"));
            for (int i = 0; i < 5; i++) {
                finish(null);
            }
            assertEquals(List.of("done", "done", "done", "done"), outcomes.subList(0, 4));
            assertTrue(outcomes.get(4).contains("last super user"), outcomes.get(4));
            assertEquals(List.of("bob", "root"), List.copyOf(open().table().users().keySet()));
            assertEquals(List.of(), open().table().rules("ann"));
        }

        @Test
        void whatCannotBeKeptIsNotInForce() throws IOException {
            AccessControl control = open();
            change(control, Contract::withAnn);
            finish(new IOException("there is no room"));
            assertTrue(outcomes.getFirst().startsWith("Nothing was changed: "), outcomes.getFirst());
            assertTrue(outcomes.getFirst().contains("there is no room"), outcomes.getFirst());
            assertNull(control.table().user("ann"));
            assertNull(open().table().user("ann"));
        }

        @Test
        void theOrderOfRulesStays() throws IOException {
            AccessControl control = open();
            change(control, Contract::withAnn);
            finish(null);
            change(control, table -> table.withRule("ann", rule("Topic:a")).withRule("ann", rule("Topic:z"))
                    .withRule("ann", rule("Topic:b")));
            finish(null);
            assertEquals(List.of("Topic:orders*", "Topic:a", "Topic:z", "Topic:b"),
                    open().table().rules("ann").stream().map(rule -> rule.resource().toString()).toList());
        }
    }

    @Nested
    class OfFiles extends Contract {
        @TempDir
        Path directory;

        private final List<Consumer<IOException>> begun = new ArrayList<>();
        private DiskFileStore files;

        @BeforeEach
        void openFiles() throws IOException {
            files = DiskFileStore.open(directory);
        }

        @AfterEach
        void closeFiles() throws IOException {
            files.close();
        }

        @Override
        AccessControl open() throws IOException {
            return AccessControl.open(files, (job, done) -> begun.add(failure -> {
                IOException outcome = failure;
                try {
                    if (failure == null) {
                        job.run();
                    }
                } catch (IOException e) {
                    outcome = e;
                }
                done.accept(outcome);
            }), Clock.system(), numbers::incrementAndGet, AccessTable.EMPTY, "root", new Secret("the-secret-of-root"),
                    (name, secret) -> { });
        }

        @Override
        void finish(IOException failure) {
            if (!begun.isEmpty()) {
                begun.removeFirst().accept(failure);
            }
        }
    }

    @Nested
    class OfAGroup extends Contract {
        /** What the group has agreed on, in order. */
        final List<SharedEntry> agreed = new ArrayList<>();
        private final List<Consumer<IOException>> begun = new ArrayList<>();
        private final List<SharedUsers> nodes = new ArrayList<>();

        SharedUsers node() {
            SharedUsers node = new SharedUsers(numbers::incrementAndGet, (entries, done) -> begun.add(failure -> {
                if (failure == null) {
                    agreed.addAll(entries);
                    nodes.forEach(one -> one.changed(entries));
                }
                done.accept(failure);
            }));
            node.changed(agreed);
            nodes.add(node);
            return node;
        }

        @Override
        AccessControl open() {
            SharedUsers node = node();
            if (!node.areThere()) {
                node.create("root", new Secret("the-secret-of-root"), e -> assertNull(e));
                finish(null);
            }
            return AccessControl.of(node, Clock.system(), numbers::incrementAndGet, AccessTable.EMPTY);
        }

        @Override
        void finish(IOException failure) {
            if (!begun.isEmpty()) {
                begun.removeFirst().accept(failure);
            }
        }

        @Test
        void nothingCanBeChangedBeforeThereIsASuperUser() {
            AccessControl control = AccessControl.of(
                    node(), Clock.system(), numbers::incrementAndGet, AccessTable.EMPTY);
            change(control, table -> table.with(User.of("eve", User.Kind.SUPER, true, "the-secret-of-eve")));
            assertTrue(outcomes.getFirst().contains("first user"), outcomes.getFirst());
            assertEquals(AccessTable.EMPTY, control.table());
        }

        @Test
        void aUserOfTheConfigurationHasNoRulesOfTheGroupsUserOfThatName() {
            AccessControl control = open();
            change(control, table -> table.with(User.of("ann", User.Kind.NORMAL, true, SECRET)).withRule(
                    "ann", rule("Topic:orders*")));
            finish(null);
            User other = User.of("ann", User.Kind.NORMAL, true, "another-secret-of-ann");
            AccessControl fixed = AccessControl.of(
                    node(), Clock.system(), numbers::incrementAndGet, AccessTable.EMPTY.with(other));
            assertEquals(other, fixed.table().user("ann"));
            assertEquals(List.of(), fixed.table().rules("ann"));
            assertEquals(1, control.table().rules("ann").size());
        }

        @Test
        void entriesShowNoSecretAndChangeForOneUserOnly() {
            AccessControl control = open();
            agreed.clear();
            change(control, table -> table.with(User.of("ann", User.Kind.NORMAL, true, SECRET)));
            finish(null);
            assertEquals(1, agreed.size());
            assertFalse(new String(agreed.getFirst().value(), StandardCharsets.ISO_8859_1).contains(SECRET));
            assertFalse(agreed.toString().contains("ann"), agreed.toString());
        }

        @Test
        void theFirstSecretIsHandedToAnOperatorOnce() {
            SharedUsers node = node();
            node.create("admin", null, e -> assertNull(e));
            assertNull(node.toHand());
            finish(null);
            User first = node.toHand();
            assertTrue(first.isSuper());
            assertTrue(first.secret().reveal().length() >= 32);
            SharedUsers other = node();
            assertEquals(first, other.toHand(), "the node was lost before it could");
            other.handed(e -> assertNull(e));
            finish(null);
            assertNull(node.toHand());
            assertNull(node().toHand());
        }

        @Test
        void allNodesComputeTheSameUserOfTheirOwnAndNobodyCanTakeItsName() {
            assertNull(node().node());
            open();
            SharedUsers one = node();
            assertEquals(one.node(), node().node());
            assertFalse(one.withNode().user(SharedUsers.NODE).isSuper());
            assertNull(one.table().user(SharedUsers.NODE));
            AccessControl control = open();
            change(control, table -> table.with(User.of(SharedUsers.NODE, User.Kind.NORMAL, true, SECRET)));
            assertTrue(outcomes.getLast().contains("letters, digits"), outcomes.getLast());
        }

        /** An entry of another key, of another user, of a newer release, cut off: nobody is admitted by it. */
        @Test
        void aSpoiltEntryAdmitsNobody() {
            AccessControl control = open();
            change(control, table -> table.with(User.of("ann", User.Kind.NORMAL, true, SECRET)));
            finish(null);
            SharedEntry ann = agreed.getLast();
            SharedEntry root = agreed.get(agreed.size() - 2);
            for (int cut = 0; cut < ann.value().length; cut++) {
                SharedUsers node = node();
                assertNotNull(node.table().user("ann"));
                node.changed(List.of(new SharedEntry(ann.key(), Arrays.copyOf(ann.value(), cut))));
                assertNull(node.table().user("ann"), "cut at " + cut);
                assertNotNull(node.table().user("root"));
                byte[] flipped = ann.value().clone();
                flipped[cut] ^= 0x40;
                node.changed(List.of(new SharedEntry(ann.key(), flipped)));
                User read = node.table().user("ann");
                assertTrue(read == null || !read.isSuper() && read.secret().equals(new Secret(SECRET)), "flipped " + cut);
            }
            SharedUsers node = node();
            node.changed(List.of(new SharedEntry(ann.key(), root.value())));
            assertNull(node.table().user("ann"), "root's entry under another name");
            node.changed(List.of(
                    new SharedEntry(new byte[0], new byte[] {1}), new SharedEntry(new byte[] {'x'}, new byte[3])));
            assertNotNull(node.table().user("root"));
        }
    }

    @Test
    void whoIsHandedUsersAdmitsNobodyBeforeAndChangesNothing() {
        HandedUsers handed = new HandedUsers();
        AccessControl control = AccessControl.of(handed, Clock.system(), () -> 1, AccessTable.EMPTY);
        byte[] name = "ann".getBytes(StandardCharsets.UTF_8);
        assertEquals("", control.account(name, 0, 3).user().name());
        handed.hand(AccessTable.EMPTY.with(User.of("ann", User.Kind.NORMAL, true, SECRET)));
        assertEquals("ann", control.account(name, 0, 3).user().name());
        List<String> outcomes = new ArrayList<>();
        control.change(table -> table, e -> outcomes.add(e.getMessage()));
        assertTrue(outcomes.getFirst().contains("broker that leads"), outcomes.getFirst());
    }
}
