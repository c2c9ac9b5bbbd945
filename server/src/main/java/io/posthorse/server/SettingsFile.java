package io.posthorse.server;

import java.util.Map;
import java.util.function.Consumer;

/** The keeper of a broker of its own: a table in its data directory. A change is in force before it is kept. */
final class SettingsFile implements SettingsKeeper {
    private static final String SECTION = "broker";

    private final TableWriter kept;
    private Map<String, String> latest;
    private boolean isBehind;
    private Consumer<Map<String, String>> inForce = changes -> { };

    SettingsFile(TableWriter kept) {
        this.kept = kept;
        this.latest = kept.loaded().getOrDefault(SECTION, Map.of());
    }

    @Override
    public void follow(Consumer<Map<String, String>> receiver) {
        inForce = receiver;
        receiver.accept(latest);
    }

    @Override
    public long generation() {
        return kept.generation();
    }

    @Override
    public boolean isBehind() {
        return isBehind;
    }

    @Override
    public void keep(Map<String, String> before, Map<String, String> after, Consumer<String> done) {
        latest = after;
        inForce.accept(after);
        isBehind = true;
        kept.keep(() -> Map.of(SECTION, latest), failure -> {
            isBehind = failure != null;
            done.accept(failure == null ? null : "The change is in force until the next start, but it could not be kept: "
                    + failure.getMessage() + ". Make room, and repeat it.");
        });
    }
}
