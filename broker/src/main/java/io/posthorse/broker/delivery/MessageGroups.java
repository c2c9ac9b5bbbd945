package io.posthorse.broker.delivery;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which consumer has which group of messages. Bounded: the group unused for longest is forgotten, and pinned anew. */
final class MessageGroups {
    private static final int GROUPS_MAX = 65_536;

    private final Map<String, Consumer> owners = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Consumer> eldest) {
            return size() > GROUPS_MAX;
        }
    };

    /** Whether a consumer may have messages of the group: it has the group, or nobody has. */
    boolean allows(String group, Consumer consumer) {
        Consumer owner = owners.get(group);
        return owner == null || owner == consumer;
    }

    /** The consumer gets a message of the group; true where it is the first one. */
    boolean pin(String group, Consumer consumer, boolean closes) {
        boolean first = owners.put(group, consumer) == null;
        if (closes) {
            owners.remove(group);
        }
        return first;
    }

    void remove(Consumer consumer) {
        owners.values().removeIf(owner -> owner == consumer);
    }
}
