package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.LentBatch;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import io.posthorse.platform.Timers;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The renewals of leases while their consumer is online: a push consumer's message is lent anew before the lease ends, so
 * that slow work is not done twice; a consumer that is gone loses its messages within a minute.
 */
final class LeaseRenewals {
    /** Maximum number of renewed leases; further messages are lent for their first minute only. */
    private static final int RENEWED_MAX = 200_000;

    private static final long EVERY_MS = 5_000;
    private static final long AFTER_MS = 30_000;
    /** Maximum total duration of a lease; a message that takes longer counts as lost. */
    private static final long IN_ALL_MS = 3 * 3_600_000L;

    private final Shard shard;
    private final Timers timers;
    private final Predicate<String> isOnline;
    /** Leases in the order of their next renewal. */
    private final Map<Key, Renewed> renewed = new LinkedHashMap<>();
    private final Quota places;

    private record Key(Subscription group, Partition partition, long offset) {}

    private record Renewed(String clientId, QuotaHolder holder, long receipt, long beganMs, long nextMs) {}

    /** @param isOnline returns whether the client with an id is online */
    LeaseRenewals(Shard shard, Timers timers, Predicate<String> isOnline, QuotaShares shares) {
        this.places = new Quota(RENEWED_MAX, shares);
        this.shard = shard;
        this.timers = timers;
        this.isOnline = isOnline;
    }

    void start() {
        timers.after(EVERY_MS, this::renew);
    }

    void add(Caller caller, Subscription group, Partition partition, LentBatch lent, long nowMs) {
        QuotaHolder holder = caller.holder();
        for (int i = 0; i < lent.count(); i++) {
            Key key = new Key(group, partition, lent.offset(i));
            forget(key); // to put it last
            if (places.take(holder)) {
                renewed.put(key, new Renewed(caller.clientId(), holder, nowMs, nowMs, nowMs + AFTER_MS));
            }
        }
    }

    private void forget(Key key) {
        Renewed removed = renewed.remove(key);
        if (removed != null) {
            places.give(removed.holder);
        }
    }

    /** Ends the renewals of a message: it is settled, or its consumer has set a duration itself. */
    void remove(Subscription group, Partition partition, long offset) {
        forget(new Key(group, partition, offset));
    }

    /** Gives back all unsettled messages of a client that has ended. */
    void release(String clientId) {
        Iterator<Map.Entry<Key, Renewed>> all = renewed.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Renewed> each = all.next();
            if (each.getValue().clientId.equals(clientId)) {
                all.remove();
                places.give(each.getValue().holder);
                change(each.getKey(), each.getValue().receipt, 0);
            }
        }
    }

    private CommandOutcome change(Key key, long receipt, long leaseMs) {
        Broker broker = shard.turn();
        return broker.leases().change(key.group, key.partition, key.offset, receipt, leaseMs, receipt);
    }

    int size() {
        return renewed.size();
    }

    private void renew() {
        timers.after(EVERY_MS, this::renew);
        if (renewed.isEmpty()) {
            return;
        }
        long now = shard.turn().now();
        while (!renewed.isEmpty()) {
            Map.Entry<Key, Renewed> first = renewed.entrySet().iterator().next();
            Key key = first.getKey();
            Renewed value = first.getValue();
            if (value.nextMs > now) {
                return;
            }
            renewed.remove(key);
            boolean isRenewable = now - value.beganMs < IN_ALL_MS && isOnline.test(value.clientId);
            if (isRenewable && change(key, value.receipt, ReceiveCalls.RENEWED_MS) == CommandOutcome.DONE) {
                renewed.put(
                        key, new Renewed(value.clientId, value.holder, value.receipt, value.beganMs, now + AFTER_MS));
            } else {
                places.give(value.holder);
            }
        }
    }
}
