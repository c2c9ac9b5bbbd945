package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Rots what is stored beside messages: a bit of a record of any other type, each type as often, or of a file of which there
 * are two, and then nothing is lost. {@link Clients} know what each record is good for.
 */
final class Rot {
    /** So far below what is certain to be on stable storage a hole is no torn tail. */
    private static final int MARGIN = 4_096;

    private final SeededEntropy entropy;
    /** Files of which the other one stays whole. */
    private final Set<String> rotten = new HashSet<>();

    Rot(SeededEntropy entropy) {
        this.entropy = entropy;
    }

    /** A record of an event, as it was before it rotted, and the events of the log before and behind it. */
    record Lost(Event event, long end, List<Event> before, List<Event> behind) {
        /** Whether another record says it too. */
        boolean isSaidTwice(Predicate<Event> same) {
            return before.stream().anyMatch(same) || behind.stream().anyMatch(same);
        }
    }

    private record Found(Event event, long position, int length) {}

    /**
     * Flips a bit of a record other than a message.
     *
     * @param from first position that may be chosen
     * @param below behind the last one
     * @return what was said there; null where nothing has rotted
     */
    Lost record(Broker broker, FaultyFileStore files, long from, long below) {
        List<Found> all = events(broker);
        Map<Byte, List<Integer>> byType = new TreeMap<>();
        for (int i = 0; i < all.size(); i++) {
            Found found = all.get(i);
            boolean isChosen = found.position >= from && found.position + found.length + MARGIN < below
                    && mayGo(found.event, all.subList(i + 1, all.size()));
            if (isChosen) {
                byType.computeIfAbsent(found.event.type(), type -> new ArrayList<>()).add(i);
            }
        }
        if (byType.isEmpty()) {
            return null;
        }
        List<List<Integer>> types = List.copyOf(byType.values());
        List<Integer> ofType = types.get(entropy.below(types.size()));
        int chosen = ofType.get(entropy.below(ofType.size()));
        Found victim = all.get(chosen);
        long base = broker.log().segmentOf(victim.position);
        String name = "%020d.log".formatted(base);
        if (!files.list().contains(name)) {
            return null;
        }
        files.flipBit(name, (victim.position - base) * 8 + entropy.below(victim.length * 8));
        return new Lost(victim.event, victim.position + (victim.length + 7 & ~7),
                all.subList(0, chosen).stream().map(Found::event).toList(),
                all.subList(chosen + 1, all.size()).stream().map(Found::event).toList());
    }

    /** Whether the world knows what is lost with such a record. */
    private static boolean mayGo(Event event, List<Found> behind) {
        return switch (event) {
            case Event.TopicChanged e -> e.name().startsWith("topic"); // not the broker's own
            case Event.SubscriptionChanged e -> e.name().startsWith("subscription");
            case Event.Jumped e -> false; // written twice, and the world knows only of one
            // a topic that is made anew is not told from the one that was deleted
            case Event.TopicDeleted e -> behind.stream().noneMatch(
                    found -> found.event instanceof Event.TopicChanged news && news.name().equals(e.name()));
            default -> true;
        };
    }

    /** All events of a log, oldest first, but for those in rotten records. */
    static List<Event> all(Broker broker) {
        return events(broker).stream().map(Found::event).toList();
    }

    private static List<Found> events(Broker broker) {
        List<Found> found = new ArrayList<>();
        for (long base : broker.log().segmentBases()) {
            long end = Math.min(broker.log().segmentEnd(base), broker.log().tail());
            for (long at = base + 64; at + RecordFormat.PAYLOAD <= end;) {
                ByteBuffer bytes = broker.log().readable(at) ? broker.log().bytes(at) : null;
                if (bytes == null) {
                    at += 8; // what has rotted before
                    continue;
                }
                int index = broker.log().index(at);
                int length = bytes.getInt(index + RecordFormat.LENGTH);
                byte type = bytes.get(index + RecordFormat.TYPE);
                if (type != RecordFormat.TYPE_MESSAGE) {
                    ByteBuffer payload = bytes.duplicate().limit(index + length).position(index + RecordFormat.PAYLOAD);
                    found.add(new Found(EventReader.read(type, payload), at, length));
                }
                at += length + 7 & ~7;
            }
        }
        return found;
    }

    /** Flips a bit of a file that the broker can do without. */
    void file(FaultyFileStore files) {
        List<String> all = files.list();
        List<String> chosen = all.stream().filter(name ->
                name.endsWith(".checkpoint") && all.contains(name + "-copy")
                || name.endsWith(".checkpoint-copy") && all.contains(name.substring(0, name.length() - 5))).toList();
        if (!chosen.isEmpty()) {
            String name = chosen.get(entropy.below(chosen.size()));
            boolean isCopy = name.endsWith("-copy");
            if (rotten.contains(isCopy ? name.substring(0, name.length() - 5) : name + "-copy")) {
                return; // of two that rot nothing is left
            }
            rotten.add(name);
            try (StoredFile file = files.openExisting(name)) {
                if (file.size() > 0) {
                    files.flipBit(name, entropy.below((int) file.size() * 8));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
