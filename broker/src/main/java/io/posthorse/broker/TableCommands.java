package io.posthorse.broker;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The commands on the small tables. */
public final class TableCommands {
    private final Shard shard;

    TableCommands(Shard shard) {
        this.shard = shard;
    }

    /** Returns the tables as the broker's records have made them, including those that are not committed yet. */
    public Tables present() {
        return shard.broker().state().tables;
    }

    /**
     * Puts and removes entries, all of them or none.
     *
     * @param done gets null once they are committed, and the listeners know; else why nothing was changed. It is never
     *     called where this broker ends before
     */
    public void change(List<TableEntry> entries, Consumer<IOException> done) {
        Broker broker = shard.turn();
        String problem = present().problem(entries);
        if (problem != null) {
            done.accept(new IOException(problem));
            return;
        }
        long bytes = entries.stream().mapToLong(entry -> new Event.TableChanged(entry).size()).sum();
        if (entries.isEmpty()) {
            broker.decided();
        } else if (!broker.appender().admits(bytes, entries.size(), true)) {
            done.accept(new IOException(switch (broker.refusal()) {
                case FAILED -> "the disk has failed";
                case GROUP_BEHIND -> "a majority of the nodes does not answer";
                default -> "the disk is full";
            }));
            return;
        }
        for (int i = 0; i < entries.size(); i++) {
            broker.write(new Event.TableChanged(entries.get(i)), i < entries.size() - 1);
        }
        park(broker.tail(), done);
    }

    private void park(long end, Consumer<IOException> done) {
        shard.park(new PendingReplies() {
            @Override
            public boolean committed(long position) {
                if (position < end) {
                    return true;
                }
                done.accept(null);
                return false;
            }

            @Override
            public void failed(IOException cause) {
                done.accept(cause);
            }
        });
    }
}
