package io.posthorse.clustertest.load;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.EventLines;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Writes events into a file, line by line, and remembers what each group has not got yet of its topics. */
public final class Recorder implements AutoCloseable {
    private static final long FLUSH_NANOS = 50_000_000;

    private final BufferedWriter file;
    /** Ids that a topic must show in the end. */
    private final Map<String, Set<String>> owed = new HashMap<>();
    private final Map<String, Set<String>> got = new HashMap<>();
    private final Map<String, Set<String>> returned = new HashMap<>();
    private final Map<String, String> topics = new HashMap<>();
    private long flushed = now();
    private long news = now();

    /** Opens a file of events. */
    public Recorder(Path file) throws IOException {
        this.file = Files.newBufferedWriter(file);
    }

    /** Returns the time of the monotonic clock. */
    public static long now() {
        return System.nanoTime();
    }

    /** Writes an event. */
    public synchronized void add(Event event) {
        switch (event) {
            case Event.Sent sent -> topics.put(sent.id(), sent.place().topic());
            case Event.Acknowledged one when one.offset() != Event.NO_OFFSET -> owe(one.id());
            case Event.Delivered one -> delivered(one);
            case Event.Returned one -> returned.computeIfAbsent(one.group(), g -> new HashSet<>()).add(one.id());
            default -> {
                // owes nobody anything
            }
        }
        try {
            file.write(EventLines.format(event));
            file.write('\n');
            if (now() - flushed > FLUSH_NANOS) {
                file.flush();
                flushed = now();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the end wait for a message that was acknowledged without an offset. */
    public synchronized void owe(String id) {
        owed.computeIfAbsent(topics.get(id), t -> new HashSet<>()).add(id);
    }

    private void delivered(Event.Delivered one) {
        if (got.computeIfAbsent(one.group(), g -> new HashSet<>()).add(one.id())) {
            news = now();
        }
        Set<String> back = returned.get(one.group());
        if (one.times() > 0 && back != null) {
            back.remove(one.id());
        }
    }

    /** Returns how many messages of a topic a group still has to get. */
    public synchronized int open(String group, String topic) {
        Set<String> open = new HashSet<>(owed.getOrDefault(topic, Set.of()));
        open.removeAll(got.getOrDefault(group, Set.of()));
        return open.size() + returned.getOrDefault(group, Set.of()).size();
    }

    /** Returns for how long no group has got anything new. */
    public synchronized long quietNanos() {
        return now() - news;
    }

    /** Writes what is still in memory. */
    public synchronized void flush() {
        try {
            file.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
