package io.posthorse.server;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a master and its slave are compared by. */
final class RolesComparison {
    private RolesComparison() {}

    static List<Long> begins(Broker broker) {
        return broker.topics().stream().flatMap(topic -> topic.partitions().stream()).map(broker::begin).toList();
    }

    static List<String> described(Broker broker) {
        List<String> all = new ArrayList<>();
        for (Topic topic : broker.topics()) {
            topic.partitions().forEach(partition -> {
                StringBuilder cursors = new StringBuilder();
                broker.subscriptions().forEach(group -> cursors.append(' ').append(group.cursor(partition)));
                all.add(topic.name() + " " + topic.settings() + " " + broker.end(partition) + cursors);
            });
        }
        all.sort(null);
        return all;
    }

    static ByteBuffer bytes(FaultyFileStore of, String name, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (StoredFile file = of.openExisting(name)) {
            file.read(0, bytes);
        }
        return bytes.clear();
    }
}
