package io.posthorse.nameserver;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The storage of the name server's key-value configuration. The name server itself works from memory. */
public interface KvStore {
    /** A store that stores nothing. */
    KvStore NONE = new KvStore() {
        @Override
        public Map<String, Map<String, String>> load() {
            return Map.of();
        }

        @Override
        public void keep(Supplier<Map<String, Map<String, String>>> table, Consumer<String> done) {
            done.accept(null);
        }
    };

    /** Returns all entries by namespace and key; called once, at the start. */
    Map<String, Map<String, String>> load();

    /**
     * Stores all entries; {@code table} supplies them when the write begins.
     *
     * @param done called on the name server's thread, at once or later: with null where the entries are stored, else with
     *     the reason of the failure
     */
    void keep(Supplier<Map<String, Map<String, String>>> table, Consumer<String> done);
}
