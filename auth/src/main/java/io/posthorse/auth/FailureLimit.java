package io.posthorse.auth;

import io.posthorse.platform.Clock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who failed how often. Further attempts are refused unseen, until {@link #WINDOW_MS} have gone by since the first failure
 * that counts: of a user from an address after {@link #PAIR_MAX} failures; of a user from anywhere, and of anybody from an
 * address, after {@link #EACH_MAX}. Those two do not hold for a user from an address where that user's secret was right
 * lately: whoever guesses behind the same address, or at the same user from elsewhere, locks nobody out. Remembers at most
 * {@link #REMEMBERED_MAX} of each; the oldest is forgotten first.
 */
final class FailureLimit {
    static final int PAIR_MAX = 5;
    static final int EACH_MAX = 50;
    static final long WINDOW_MS = 10_000;
    static final int REMEMBERED_MAX = 10_000;

    private final Clock clock;
    private final Counts<Pair> pairs = new Counts<>(PAIR_MAX);
    private final Counts<String> users = new Counts<>(EACH_MAX);
    private final Counts<InetAddress> sources = new Counts<>(EACH_MAX);
    /** Where users have proved who they are, the last one last. */
    private final Map<Pair, Boolean> proved = new LinkedHashMap<>(16, 0.75f, true);

    private record Pair(String user, InetAddress source) {}

    private static final class Failures {
        private final long sinceNanos;
        private int count;

        Failures(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /** Failures by who is counted. */
    private final class Counts<K> {
        private final int most;
        private final Map<K, Failures> failures = new LinkedHashMap<>();

        Counts(int most) {
            this.most = most;
        }

        boolean isReached(K of) {
            Failures found = failures.get(of);
            if (found != null && clock.nanos() - found.sinceNanos >= WINDOW_MS * 1_000_000) {
                failures.remove(of);
                return false;
            }
            return found != null && found.count >= most;
        }

        void add(K of) {
            isReached(of); // forgets what is long ago
            if (failures.size() >= REMEMBERED_MAX && !failures.containsKey(of)) {
                failures.remove(failures.keySet().iterator().next());
            }
            failures.computeIfAbsent(of, k -> new Failures(clock.nanos())).count++;
        }
    }

    FailureLimit(Clock clock) {
        this.clock = clock;
    }

    /** Whoever has one address of IPv6 has 64 bits of them. */
    private static InetAddress network(InetAddress source) {
        byte[] bytes = source.getAddress();
        if (bytes.length == 4) {
            return source;
        }
        Arrays.fill(bytes, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // its length is that of an address
        }
    }

    boolean isReached(String user, InetAddress from) {
        InetAddress source = network(from);
        Pair pair = new Pair(user, source);
        return pairs.isReached(pair)
                || (users.isReached(user) || sources.isReached(source)) && !proved.containsKey(pair);
    }

    void failed(String user, InetAddress from) {
        InetAddress source = network(from);
        pairs.add(new Pair(user, source));
        users.add(user);
        sources.add(source);
    }

    /** The secret was right. */
    void proved(String user, InetAddress source) {
        proved.put(new Pair(user, network(source)), Boolean.TRUE);
        if (proved.size() > REMEMBERED_MAX) {
            proved.remove(proved.keySet().iterator().next());
        }
    }
}
