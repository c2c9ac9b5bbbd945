package io.posthorse.auth;

import io.posthorse.platform.Clock;
import io.posthorse.platform.PeerNetwork;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts failed logins. Further attempts are refused unchecked, until {@link #WINDOW_MS} have passed since the first failure
 * that counts: those of a user from an address after {@link #PAIR_MAX} failures; those of a user from anywhere, and those of
 * all users from an address, after {@link #EACH_MAX}. The latter two do not apply to a user at an address from which the
 * right secret came recently, so that guessing from the same address, or at the same user from elsewhere, locks out no known
 * user. At most {@link #REMEMBERED_MAX} of each are kept; the oldest is dropped first. The brokers of a
 * process count together, each on its thread, or each of them would be one more chance to guess.
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
    /** Users and addresses from which the right secret came, the latest last. */
    private final Map<Pair, Boolean> proved = new LinkedHashMap<>(16, 0.75f, true);

    private record Pair(String user, InetAddress source) {}

    private static final class Failures {
        private final long sinceNanos;
        private int count;

        Failures(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /** The failures by key. */
    private final class Counts<K> {
        private final int max;
        private final Map<K, Failures> failures = new LinkedHashMap<>();

        Counts(int max) {
            this.max = max;
        }

        boolean isReached(K of) {
            Failures found = failures.get(of);
            if (found != null && clock.nanos() - found.sinceNanos >= WINDOW_MS * 1_000_000) {
                failures.remove(of);
                return false;
            }
            return found != null && found.count >= max;
        }

        void add(K of) {
            isReached(of); // drops an expired count
            if (failures.size() >= REMEMBERED_MAX && !failures.containsKey(of)) {
                failures.remove(failures.keySet().iterator().next());
            }
            failures.computeIfAbsent(of, k -> new Failures(clock.nanos())).count++;
        }
    }

    FailureLimit(Clock clock) {
        this.clock = clock;
    }

    synchronized boolean isReached(String user, InetAddress from) {
        InetAddress source = PeerNetwork.of(from);
        Pair pair = new Pair(user, source);
        return pairs.isReached(pair)
                || (users.isReached(user) || sources.isReached(source)) && !proved.containsKey(pair);
    }

    synchronized void failed(String user, InetAddress from) {
        InetAddress source = PeerNetwork.of(from);
        pairs.add(new Pair(user, source));
        users.add(user);
        sources.add(source);
    }

    /** Notes that the secret was right. */
    synchronized void proved(String user, InetAddress source) {
        proved.put(new Pair(user, PeerNetwork.of(source)), Boolean.TRUE);
        if (proved.size() > REMEMBERED_MAX) {
            proved.remove(proved.keySet().iterator().next());
        }
    }
}
