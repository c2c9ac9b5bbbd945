package io.posthorse.interop.crash;

import io.posthorse.interop.crash.Body.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Compares the content of the queues with the sent messages, for each reading. */
final class Verifier {

    /** Content of earlier readings, by place and offset, as hash codes of the bytes. */
    private final Map<Place, Map<Long, Integer>> earlier = new HashMap<>();

    /** Checks a reading: the bytes at each offset of each queue. */
    Findings verify(Ledger ledger, Map<Place, NavigableMap<Long, byte[]>> queues) {
        Map<Body, Long> acknowledged = ledger.acknowledged();
        List<String> duplicated = new ArrayList<>();
        List<String> disordered = new ArrayList<>();
        List<String> invented = new ArrayList<>();
        List<String> moved = new ArrayList<>();
        Set<Body> found = new HashSet<>();
        queues.forEach((place, queue) -> {
            Map<String, Long> last = new HashMap<>();
            queue.forEach((offset, bytes) -> {
                String where = place + "@" + offset;
                Optional<Body> body = Body.decode(bytes)
                        .filter(candidate -> candidate.queue().equals(place) && ledger.isSent(candidate));
                if (body.isEmpty()) {
                    invented.add(where);
                } else if (!found.add(body.get())) {
                    duplicated.add(where + " " + body.get());
                } else if (acknowledged.containsKey(body.get())) {
                    Long before = last.put(body.get().lane(), body.get().sequence());
                    if (before != null && before > body.get().sequence()) {
                        disordered.add(where + " " + body.get() + " after " + before);
                    }
                    if (!offset.equals(acknowledged.get(body.get()))) {
                        moved.add(where + " acknowledged at " + acknowledged.get(body.get()));
                    }
                }
            });
        });
        List<String> lost = acknowledged.keySet().stream().filter(body -> !found.contains(body))
                .map(Body::toString).sorted().toList();
        int kept = acknowledged.size() - lost.size();
        return new Findings(acknowledged.size(), kept, lost, found.size() - kept, duplicated, disordered, invented,
                moved, reused(queues));
    }

    private List<String> reused(Map<Place, NavigableMap<Long, byte[]>> queues) {
        List<String> reused = new ArrayList<>();
        earlier.forEach((place, contents) -> contents.forEach((offset, hash) -> {
            byte[] now = queues.getOrDefault(place, new TreeMap<>()).get(offset);
            if (now == null || Arrays.hashCode(now) != hash) {
                reused.add(place + "@" + offset + (now == null ? " is gone" : " has other content"));
            }
        }));
        return reused;
    }

    /** Keeps a reading for comparisons with later ones. */
    void remember(Map<Place, NavigableMap<Long, byte[]>> queues) {
        queues.forEach((place, queue) -> {
            Map<Long, Integer> contents = earlier.computeIfAbsent(place, any -> new HashMap<>());
            queue.forEach((offset, bytes) -> contents.putIfAbsent(offset, Arrays.hashCode(bytes)));
        });
    }
}
