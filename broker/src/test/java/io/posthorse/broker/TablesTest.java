package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.LogSettings;
import io.posthorse.log.Section;
import io.posthorse.log.SectionBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TablesTest {
    private final Directory directory = new Directory();
    private final List<String> outcomes = new ArrayList<>();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static TableEntry put(int table, String key, String value) {
        return new TableEntry(table, bytes(key), value == null ? null : bytes(value));
    }

    private void change(TableEntry... entries) {
        directory.shard.tables().change(
                List.of(entries), failure -> outcomes.add(failure == null ? "done" : failure.getMessage()));
    }

    private Tables tables() {
        return directory.shard.tables().present();
    }

    private static String words(List<TableEntry> entries) {
        StringBuilder words = new StringBuilder();
        entries.forEach(entry -> words.append(entry.table()).append(new String(entry.key(), StandardCharsets.UTF_8))
                .append(entry.value() == null ? "-" : "=" + new String(entry.value(), StandardCharsets.UTF_8)).append(' '));
        return words.toString().strip();
    }

    @Test
    void whatWasPutIsThereAfterReplayAndCheckpoint() throws IOException {
        directory.open();
        change(put(1, "b", "1"), put(1, "a", ""), put(2, "a", "3"));
        change(put(1, "b", "2"));
        change(put(2, "a", null), put(2, "missing", null));
        directory.rest();
        assertEquals(List.of("done", "done", "done"), outcomes);
        ByteBuffer state = directory.shard.broker().snapshot();
        assertEquals("1a= 1b=2", words(tables().all()));
        directory.killed();
        assertEquals("1a= 1b=2", words(tables().entries(1)));
        assertEquals("", words(tables().entries(2)));
        assertEquals(state.putLong(9, 0), directory.shard.broker().snapshot().putLong(9, 0));
        directory.closed();
        assertEquals("1a= 1b=2", words(tables().all()), "by the checkpoint");
        change(put(1, "a", null), put(3, "c", "4"));
        directory.rest();
        directory.closed();
        assertEquals("1b=2 3c=4", words(tables().all()), "by two checkpoints");
        assertArrayEquals(bytes("4"), tables().get(3, bytes("c")));
        assertNull(tables().get(1, bytes("a")));
    }

    @Test
    void aChangeDuringACheckpointIsNotPartOfIt() throws IOException {
        Broker broker = directory.open();
        change(put(1, "a", "1"), put(1, "b", "1"), put(1, "c", "1"));
        directory.rest();
        State state = broker.state();
        SectionBuffer out = new SectionBuffer();
        StateSections.begin(state, out);
        state.tables.apply(put(1, "a", "2"), 1 << 20);
        state.tables.apply(put(1, "b", null), 1 << 20);
        while (state.changed.step()) {
            // the next pieces
        }
        TreeMap<String, String> written = new TreeMap<>();
        for (Section section : out.sorted()) {
            if (section.kind == Tables.KIND) {
                written.put(new String(section.key, 1, section.key.length - 1, StandardCharsets.UTF_8),
                        StandardCharsets.UTF_8.decode(section.value()).toString());
            }
        }
        assertEquals("{a=1, b=1, c=1}", written.toString());
    }

    @Test
    void boundsAreRefusedBeforeAnythingIsWritten() throws IOException {
        directory.log = new LogSettings(1 << 22, 1 << 20, 1 << 19, false);
        Broker broker = directory.open();
        long tail = broker.tail();
        change(put(256, "k", "v"));
        change(put(-1, "k", "v"));
        change(put(1, "", "v"));
        change(new TableEntry(1, new byte[Tables.KEY_BYTES_MAX + 1], new byte[0]));
        change(put(1, "good", "v"), new TableEntry(1, bytes("k"), new byte[Tables.VALUE_BYTES_MAX + 1]));
        assertEquals(5, outcomes.size());
        assertTrue(outcomes.stream().noneMatch("done"::equals), outcomes.toString());
        directory.rest();
        assertEquals(tail, broker.tail());
        assertEquals("", words(tables().all()));
        outcomes.clear();

        int count = (int) (Tables.BYTES_MAX / Tables.VALUE_BYTES_MAX);
        for (int i = 0; i < count; i++) {
            change(new TableEntry(1, bytes("large" + i), new byte[Tables.VALUE_BYTES_MAX]));
            directory.rest();
        }
        assertTrue(outcomes.removeLast().contains("16777216 are the maximum"), "all of them together");
        assertEquals(count - 1, outcomes.stream().filter("done"::equals).count());
        change(put(1, "large0", "small"));
        directory.rest();
        assertEquals("done", outcomes.getLast());
        directory.closed();
        assertEquals(count - 1, tables().all().size());
    }

    @Test
    void theNumberOfEntriesIsLimited() throws IOException {
        directory.open();
        for (int i = 0; i < Tables.ENTRIES_MAX; i += 100) {
            TableEntry[] entries = new TableEntry[100];
            for (int j = 0; j < 100; j++) {
                entries[j] = put(1, "k" + (i + j), "");
            }
            change(entries);
            directory.rest();
        }
        assertTrue(outcomes.stream().allMatch("done"::equals), outcomes.toString());
        change(put(1, "more", ""));
        assertTrue(outcomes.getLast().contains("20000 are the maximum"), outcomes.getLast());
        change(put(1, "k0", null), put(1, "more", ""));
        directory.rest();
        assertEquals("done", outcomes.getLast(), "in place of another one");
        State state = directory.shard.broker().state();
        assertThrows(MalformedEventException.class, () -> state.tables.apply(put(1, "k0", ""), 0));
    }

    @Test
    void listenersKnowWhatIsCommittedAndNothingElse() throws IOException {
        directory.log = new LogSettings(1 << 20, 1 << 18, 1 << 14, true);
        directory.open();
        change(put(1, "a", "1"));
        directory.rest();
        List<String> told = new ArrayList<>();
        tables().follow(entries -> told.add(words(entries)));
        assertEquals(List.of("1a=1"), told);
        change(put(1, "a", "2"), put(1, "b", "3"));
        directory.endTurn();
        assertEquals(1, told.size(), "the disk has not said that it is there");
        assertEquals(List.of("done"), outcomes);
        directory.rest();
        assertEquals("1a=2 1b=3", told.getLast());
        assertEquals(List.of("done", "done"), outcomes);
    }

    @Test
    void theNodesOfAGroupHaveThemAndTellOnceAgreed() throws IOException {
        ThreeNodes nodes = new ThreeNodes(new Retention(1L << 50, 1L << 50, 1, ms -> true), 1L << 40);
        GroupNode follower = nodes.node(1);
        List<String> told = new ArrayList<>();
        follower.replica.tables().follow(entries -> told.add("follower: " + words(entries)));
        nodes.leader.replica.tables().follow(entries -> told.add("leader: " + words(entries)));
        nodes.broker();
        nodes.leader.shard.tables().change(List.of(put(1, "a", "1")), failure -> told.add("answer"));
        nodes.leader.runOwner(1_000);
        assertNotNull(nodes.leader.replica.tables().get(1, bytes("a")));
        assertEquals(List.of("follower: ", "leader: "), told, "a majority has not agreed yet");
        nodes.rest();
        assertTrue(told.indexOf("leader: 1a=1") < told.indexOf("answer"), told.toString());
        assertTrue(told.contains("follower: 1a=1"), told.toString());
        nodes.lead(1);
        assertEquals("1a=1", words(nodes.leader.replica.tables().all()));
        nodes.broker();
        nodes.leader.shard.tables().change(List.of(put(1, "a", null)), failure -> told.add("second answer"));
        nodes.rest();
        assertTrue(told.contains("follower: 1a-"), told.toString());
        assertEquals("", words(nodes.restart(2).replica.tables().all()));
    }

    @Test
    void whatIsInATableIsNeverShown() {
        assertFalse(put(1, "name", "secret").toString().contains("secret"));
        assertFalse(new Event.TableChanged(put(1, "name", "secret")).toString().contains("secret"));
    }

    @Test
    void recordAndSectionAreThoseOfTheGoldenFile() throws IOException {
        ByteBuffer out = ByteBuffer.allocate(100);
        new Event.TableChanged(put(1, "key", "value")).put(out);
        new Event.TableChanged(put(200, "gone", null)).put(out);
        byte[] now = new byte[out.flip().remaining()];
        out.get(now);
        Path golden = Path.of("src/test/resources/golden/table-changed.bin");
        if (Boolean.getBoolean("posthorse.golden.write")) {
            Files.createDirectories(golden.getParent());
            Files.write(golden, now);
        }
        assertArrayEquals(Files.readAllBytes(golden), now);
        Event read = EventReader.read((byte) 21, ByteBuffer.wrap(now, 0, 16));
        assertEquals("1key=value", words(List.of(((Event.TableChanged) read).entry())));
        read = EventReader.read((byte) 21, ByteBuffer.wrap(now, 16, now.length - 16));
        assertEquals("200gone-", words(List.of(((Event.TableChanged) read).entry())));
    }
}
