package io.posthorse.server;

import io.posthorse.platform.Clock;
import io.posthorse.protocol.rocketmq.Copies;
import io.posthorse.replication.GroupStatus;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What a node that leads tells consumers of the others: whoever is far behind is sent to one that follows closely, to each
 * of them in turn. Used on the owner's thread.
 */
final class LeaderCopies implements Copies {
    /** Time in ms for which what the engine says is used. */
    private static final long AGAIN_MS = 1_000;
    private static final long SILENT_MS_MAX = 3_000;
    /** Maximum entries that a node lacks that consumers are sent to. */
    private static final long LAG_MAX = 1_000;

    private final Supplier<GroupStatus> status;
    private final ToLongFunction<String> ids;
    private final Clock clock;
    private long[] near = {};
    private long lookedMs = Long.MIN_VALUE;
    private int turn;

    /**
     * @param status supplies what the engine knows
     * @param ids tells the id of a node that follows, by its name
     */
    LeaderCopies(Supplier<GroupStatus> status, ToLongFunction<String> ids, Clock clock) {
        this.status = status;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public long suggested(boolean isFarBehind) {
        if (!isFarBehind) {
            return 0;
        }
        long nowMs = clock.nanos() / 1_000_000;
        if (lookedMs == Long.MIN_VALUE || nowMs - lookedMs >= AGAIN_MS) {
            lookedMs = nowMs;
            near = near(status.get());
        }
        return near.length == 0 ? 0 : near[Math.floorMod(turn++, near.length)];
    }

    private long[] near(GroupStatus of) {
        List<GroupStatus.Peer> others = of.peers().stream()
                .filter(peer -> !peer.member().name().equals(of.self()))
                .filter(peer -> peer.matched() >= 0 && peer.silentMs() >= 0 && peer.silentMs() <= SILENT_MS_MAX)
                .filter(peer -> of.committed() - peer.matched() <= LAG_MAX).toList();
        return others.stream().mapToLong(peer -> ids.applyAsLong(peer.member().name())).toArray();
    }
}
