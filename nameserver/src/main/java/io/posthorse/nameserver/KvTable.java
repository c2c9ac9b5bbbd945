package io.posthorse.nameserver;

import java.util.Map;
import java.util.TreeMap;

/** The key-value configuration: namespaces of keys, in memory, each change handed to a {@link KvStore} first. */
final class KvTable {
    private final KvStore store;
    private final NameServerLimits limits;
    private final Map<String, Map<String, String>> namespaces = new TreeMap<>();
    private int entries;

    KvTable(KvStore store, NameServerLimits limits) {
        this.store = store;
        this.limits = limits;
        store.load().forEach((namespace, table) -> {
            namespaces.put(namespace, new TreeMap<>(table));
            entries += table.size();
        });
    }

    /**
     * Sets an entry.
     *
     * @return why it was refused, or null where it was not
     * @throws java.io.UncheckedIOException where the store could not keep it
     */
    String put(String namespace, String key, String value) {
        if (namespace.length() > limits.nameChars() || key.length() > limits.nameChars()) {
            return "namespace and key have at most " + limits.nameChars() + " characters";
        }
        if (value.length() > limits.kvValueChars()) {
            return "the value has " + value.length() + " characters, more than " + limits.kvValueChars();
        }
        if (get(namespace, key) == null && entries >= limits.kvEntries()) {
            return "this name server holds " + limits.kvEntries() + " entries, its limit; delete some first";
        }
        store.put(namespace, key, value);
        if (namespaces.computeIfAbsent(namespace, absent -> new TreeMap<>()).put(key, value) == null) {
            entries++;
        }
        return null;
    }

    /** An entry's value, or null. */
    String get(String namespace, String key) {
        return all(namespace).get(key);
    }

    /** All entries of a namespace; none where it is not known. */
    Map<String, String> all(String namespace) {
        return namespaces.getOrDefault(namespace, Map.of());
    }

    /**
     * Drops an entry, if it is there.
     *
     * @throws java.io.UncheckedIOException where the store could not drop it
     */
    void delete(String namespace, String key) {
        if (get(namespace, key) == null) {
            return;
        }
        store.delete(namespace, key);
        Map<String, String> table = namespaces.get(namespace);
        table.remove(key);
        entries--;
        if (table.isEmpty()) {
            namespaces.remove(namespace);
        }
    }
}
