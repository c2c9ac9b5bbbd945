package io.posthorse.nameserver;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Keeps the name server's key-value configuration beyond a restart. The name server itself works from memory. */
public interface KvStore {
    /** A store that keeps nothing. */
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

    /** All entries by namespace and key; asked once, at the start. */
    Map<String, Map<String, String>> load();

    /**
     * Keeps all entries as they are when this change's turn comes.
     *
     * @param done told on the thread of the name server, at once or later: null where they are kept, else why not
     */
    void keep(Supplier<Map<String, Map<String, String>>> table, Consumer<String> done);
}
