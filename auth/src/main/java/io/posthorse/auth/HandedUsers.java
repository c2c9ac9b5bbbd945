package io.posthorse.auth;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * Users and rules that are kept elsewhere and handed on, such as to a name server with a thread of its own. There are none
 * before the first are handed on, so that nobody is admitted; nothing can be changed here. Used on one thread.
 */
public final class HandedUsers implements Keeper {
    private Consumer<AccessTable> inForce = table -> { };
    private AccessTable present = AccessTable.EMPTY;
    private long generation;

    /** Takes the users and rules that are in force from now on. */
    public void hand(AccessTable table) {
        present = table;
        generation++;
        inForce.accept(table);
    }

    @Override
    public void follow(Consumer<AccessTable> receiver) {
        inForce = receiver;
        receiver.accept(present);
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public void keep(AccessTable before, AccessTable after, Consumer<IOException> done) {
        done.accept(new IOException("users and rules are changed at the broker that leads"));
    }
}
