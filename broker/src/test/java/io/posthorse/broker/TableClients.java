package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Clients that change the small tables of whoever leads, and those who follow the tables of each node. A log is a first part
 * of every longer one: so the tables of a new leader are those after some of the commands, in their order, and after all
 * that were acknowledged.
 */
final class TableClients {
    private static final int KEYS = 12;

    private final SeededEntropy entropy;
    private final List<Command> commands = new ArrayList<>();
    /** What the listener of each node was told. */
    private final Map<Tables, TreeMap<String, String>> told = new HashMap<>();

    /** Entries that were put together. */
    private static final class Command implements Model.Event {
        private final List<TableEntry> entries;
        private final long end;
        private boolean acknowledged;

        Command(List<TableEntry> entries, long end) {
            this.entries = entries;
            this.end = end;
        }

        @Override
        public long end() {
            return end;
        }

        @Override
        public boolean isAcknowledged() {
            return acknowledged;
        }

        @Override
        public void acknowledge() {
            acknowledged = true;
        }
    }

    TableClients(SeededEntropy entropy) {
        this.entropy = entropy;
    }

    /**
     * Puts or removes up to three entries.
     *
     * @param mayRefuse whether the disk is full, and the reserve may be used up
     */
    void act(Shard shard, boolean mayRefuse) {
        List<TableEntry> entries = new ArrayList<>();
        for (int left = 1 + entropy.below(3); left > 0; left--) {
            byte[] key = {(byte) entropy.below(KEYS)};
            byte[] value = ByteBuffer.allocate(8 + entropy.below(200)).putLong(0, entropy.nextLong()).array();
            entries.add(new TableEntry(entropy.below(2), key, entropy.percent(30) ? null : value));
        }
        Command[] made = new Command[1];
        boolean[] isRefused = new boolean[1];
        shard.tables().change(entries, failure -> {
            if (failure != null) {
                require(mayRefuse && made[0] == null, "a healthy disk is enough: " + failure);
                isRefused[0] = true;
                return;
            }
            requireTold(shard.broker(), made[0]);
            made[0].acknowledge();
        });
        if (!isRefused[0]) {
            made[0] = new Command(entries, shard.broker().tail());
            commands.add(made[0]);
        }
    }

    /** Another node leads: some of the last commands did not survive. */
    void reopened(Tables tables, Predicate<Model.Event> survives) {
        int least = 0;
        for (int i = 0; i < commands.size(); i++) {
            least = survives.test(commands.get(i)) ? i + 1 : least;
        }
        TreeMap<String, String> present = words(tables.all());
        for (int count = commands.size(); count >= least; count--) {
            if (after(commands.subList(0, count)).equals(present)) {
                commands.subList(count, commands.size()).clear();
                commands.forEach(Command::acknowledge); // from now on they must survive, told or not
                return;
            }
        }
        throw new AssertionError("the tables are those after the commands that survived: " + present);
    }

    /** Follows the tables of a copy. */
    void follow(Tables tables) {
        TreeMap<String, String> mine = new TreeMap<>();
        told.put(tables, mine);
        tables.follow(entries -> entries.forEach(entry -> apply(entry, mine)));
    }

    /** The listeners of a leader know of a command that is acknowledged, and of none that is not agreed on. */
    private void requireTold(Broker broker, Command command) {
        int behind = commands.indexOf(command) + 1;
        TreeMap<String, String> mine = told.get(broker.state().tables);
        require(mine != null, "the leader is followed");
        for (int count = behind; count <= commands.size(); count++) {
            if (commands.get(count - 1).end > broker.log().committed()) {
                break;
            }
            if (after(commands.subList(0, count)).equals(mine)) {
                return;
            }
        }
        throw new AssertionError("who listens at the leader knows what is agreed on");
    }

    /** All copies are complete: those who listen know all of it. */
    void requireAll(Tables tables) {
        TreeMap<String, String> all = after(commands);
        require(words(tables.all()).equals(all), "the tables are those after all commands");
        require(all.equals(told.get(tables)), "who listens knows the tables");
        require(commands.stream().allMatch(Command::isAcknowledged), "every change of a table is answered");
    }

    private static TreeMap<String, String> after(List<Command> commands) {
        TreeMap<String, String> all = new TreeMap<>();
        commands.forEach(command -> command.entries.forEach(entry -> apply(entry, all)));
        return all;
    }

    private static TreeMap<String, String> words(List<TableEntry> entries) {
        TreeMap<String, String> all = new TreeMap<>();
        entries.forEach(entry -> apply(entry, all));
        return all;
    }

    private static void apply(TableEntry entry, Map<String, String> to) {
        String key = entry.table() + ":" + entry.key()[0];
        if (entry.value() == null) {
            to.remove(key);
        } else {
            to.put(key, entry.value().length + ":" + ByteBuffer.wrap(entry.value()).getLong());
        }
    }
}
