package io.posthorse.server;

import io.posthorse.nameserver.KvStore;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The store of the name server's key-value configuration, in the data directory. */
record KeyValueFile(TableWriter kept) implements KvStore {
    @Override
    public Map<String, Map<String, String>> load() {
        return kept.loaded();
    }

    @Override
    public void keep(Supplier<Map<String, Map<String, String>>> table, Consumer<String> done) {
        kept.keep(table, failure -> done.accept(failure == null ? null : failure.getMessage()));
    }
}
