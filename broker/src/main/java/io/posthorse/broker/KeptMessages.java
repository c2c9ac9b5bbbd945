package io.posthorse.broker;

/** Messages that are kept, however old they are, until those who take them one by one have settled them. */
final class KeptMessages {
    private KeptMessages() {}

    /** A subscription that has not settled all that is kept for it in a topic. */
    record Waiting(Subscription subscription, Topic topic) {}

    /** For whom one of those messages stands below a position of the log; null where none does. */
    static Waiting firstBelow(Broker broker, long position) {
        for (Subscription subscription : broker.subscriptions()) {
            if (!subscription.settlesOneByOne()) {
                continue; // who reads with offsets loses what is too old
            }
            for (Partition partition : subscription.partitions()) {
                if (anyBelow(broker, subscription, partition, position)) {
                    return new Waiting(subscription, partition.topic());
                }
            }
        }
        return null;
    }

    private static boolean anyBelow(Broker broker, Subscription subscription, Partition partition, long position) {
        long end = partition.index.visibleEnd(position);
        long at = broker.settlements().nextUnsettled(subscription, partition, partition.index.begin());
        while (at < end) {
            long there = partition.index.ceiling(at);
            if (there == at) {
                return true;
            }
            at = broker.settlements().nextUnsettled(subscription, partition, there);
        }
        return false;
    }
}
