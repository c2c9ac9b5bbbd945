package io.posthorse.auth;

import io.posthorse.auth.AccessFile.Generation;
import io.posthorse.platform.Background;
import java.io.IOException;
import java.util.function.Consumer;

/** The keeper of a broker of its own: files in its data directory. */
final class FileKeeper implements Keeper {
    private final AccessStore store;
    private final Background background;
    private long generation;
    private Consumer<AccessTable> inForce = table -> { };

    FileKeeper(AccessStore store, Background background) {
        this.store = store;
        this.background = background;
        this.generation = store.loaded().number();
    }

    @Override
    public void follow(Consumer<AccessTable> receiver) {
        inForce = receiver;
        receiver.accept(store.loaded().table());
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public void keep(AccessTable before, AccessTable after, Consumer<IOException> done) {
        Generation next = new Generation(generation + 1, after);
        background.run(() -> store.write(next), failure -> {
            if (failure == null) {
                generation = next.number();
                inForce.accept(after);
            }
            done.accept(failure == null ? null : new IOException(
                    "the change could not be written to the data directory (" + failure.getMessage() + ")", failure));
        });
    }
}
