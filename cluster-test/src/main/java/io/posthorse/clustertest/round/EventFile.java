package io.posthorse.clustertest.round;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.EventLines;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads a file of events while a program goes on to write it. */
final class EventFile {
    private final Path file;
    private final List<Event> events = new ArrayList<>();
    private long position;

    EventFile(Path file) {
        this.file = file;
    }

    /** Returns all events that were written as whole lines by now. */
    List<Event> read() throws IOException {
        if (!Files.exists(file)) {
            return events;
        }
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[(int) (open.length() - position)];
            open.seek(position);
            open.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            position += end;
            new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(line -> events.add(EventLines.parse(line)));
        }
        return events;
    }

    /** Returns how many sends that began after a time were acknowledged, looking at the newest events only. */
    int acknowledgedSince(long time) throws IOException {
        List<Event> all = read();
        int count = 0;
        Set<String> answered = new HashSet<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            switch (all.get(i)) {
                case Event.Acknowledged one -> answered.add(one.id());
                case Event.Decided one when one.decision() == Event.Decision.COMMITTED -> answered.add(one.transaction());
                case Event.Sent one -> {
                    if (one.at() < time) {
                        return count;
                    }
                    count += answered.contains(one.id()) ? 1 : 0;
                }
                default -> {
                    // no send
                }
            }
        }
        return count;
    }
}
