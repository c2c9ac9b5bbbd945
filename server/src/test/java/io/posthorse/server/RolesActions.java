package io.posthorse.server;

import io.posthorse.broker.Admission;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.testkit.SeededEntropy;

/** What clients do in the life of a master. */
final class RolesActions {
    private RolesActions() {}

    static void act(Broker turn, SeededEntropy entropy) {
        Topic topic = turn.createOrUpdate("t" + entropy.below(5), TopicSettings.of(1 + entropy.below(3)));
        int count = 1 + entropy.below(5);
        int length = entropy.percent(10) ? 9_000 : 20 + entropy.below(900);
        boolean isBatch = entropy.percent(50);
        for (int i = 0; topic != null && i < count && turn.admit((count - i) * (length + 100L), count - i)
                == Admission.ADMITTED; i++) {
            turn.publish(topic.partition(0), new PlainFormat.Text(length, entropy.nextLong()), isBatch && i < count - 1);
        }
        if (entropy.percent(30) && topic != null) {
            Subscription group = turn.createOrUpdate("g" + entropy.below(4), SubscriptionSettings.STANDARD);
            turn.commit(group, topic.partition(0), entropy.below(1_000));
        }
        if (entropy.percent(3) && topic != null) {
            turn.delete(topic);
        }
    }
}
