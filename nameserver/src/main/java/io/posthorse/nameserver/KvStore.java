package io.posthorse.nameserver;

import java.util.Map;

/** Keeps the name server's key-value configuration beyond a restart. The name server itself works from memory. */
public interface KvStore {
    /** A store that keeps nothing. */
    KvStore NONE = new KvStore() {
        @Override
        public Map<String, Map<String, String>> load() {
            return Map.of();
        }

        @Override
        public void put(String namespace, String key, String value) {}

        @Override
        public void delete(String namespace, String key) {}
    };

    /** All entries by namespace and key; asked once, at the start. */
    Map<String, Map<String, String>> load();

    /**
     * Keeps an entry, in place of one of the same key.
     *
     * @throws java.io.UncheckedIOException where it cannot; the request is refused then
     */
    void put(String namespace, String key, String value);

    /**
     * Drops an entry.
     *
     * @throws java.io.UncheckedIOException where it cannot; the request is refused then
     */
    void delete(String namespace, String key);
}
