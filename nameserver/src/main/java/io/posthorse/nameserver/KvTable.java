package io.posthorse.nameserver;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The key-value configuration: namespaces of keys, in memory; each change is passed on to a {@link KvStore}. */
final class KvTable {
    private final KvStore store;
    private final NameServerLimits limits;
    private final Map<String, Map<String, String>> namespaces = new TreeMap<>();
    private int entries;
    private long chars;

    KvTable(KvStore store, NameServerLimits limits) {
        this.store = store;
        this.limits = limits;
        store.load().forEach((namespace, table) -> table.forEach((key, value) -> set(namespace, key, value)));
    }

    /** Returns why an entry may not be set; null where it may. */
    String refusal(String namespace, String key, String value) {
        if (namespace.length() > limits.nameChars() || key.length() > limits.nameChars()) {
            return "namespace and key may have at most " + limits.nameChars() + " characters";
        }
        if (value.length() > limits.kvValueChars()) {
            return "the value has " + value.length() + " characters; the maximum is " + limits.kvValueChars();
        }
        if (get(namespace, key) == null && entries >= limits.kvEntries()) {
            return "this name server has reached its limit of " + limits.kvEntries() + " entries; delete some first";
        }
        if (chars + cost(namespace, key, value) > limits.kvChars()) {
            return "this name server has reached its limit of " + limits.kvChars() + " characters in all entries; delete"
                    + " some first";
        }
        return null;
    }

    /** Sets an entry that {@link #refusal} does not refuse. */
    void put(String namespace, String key, String value, Consumer<String> done) {
        set(namespace, key, value);
        store.keep(this::copy, done);
    }

    private void set(String namespace, String key, String value) {
        String before = namespaces.computeIfAbsent(namespace, absent -> new TreeMap<>()).put(key, value);
        chars += cost(namespace, key, value);
        if (before == null) {
            entries++;
        } else {
            chars -= cost(namespace, key, before);
        }
    }

    private static long cost(String namespace, String key, String value) {
        return (long) namespace.length() + key.length() + value.length();
    }

    private Map<String, Map<String, String>> copy() {
        Map<String, Map<String, String>> copy = new TreeMap<>();
        namespaces.forEach((namespace, table) -> copy.put(namespace, new TreeMap<>(table)));
        return copy;
    }

    /** Returns an entry's value, or null. */
    String get(String namespace, String key) {
        return all(namespace).get(key);
    }

    /** Returns all entries of a namespace; empty where it does not exist. */
    Map<String, String> all(String namespace) {
        return namespaces.getOrDefault(namespace, Map.of());
    }

    /** Deletes an entry, if it exists. */
    void delete(String namespace, String key, Consumer<String> done) {
        String before = get(namespace, key);
        if (before == null) {
            done.accept(null);
            return;
        }
        Map<String, String> table = namespaces.get(namespace);
        table.remove(key);
        entries--;
        chars -= cost(namespace, key, before);
        if (table.isEmpty()) {
            namespaces.remove(namespace);
        }
        store.keep(this::copy, done);
    }
}
