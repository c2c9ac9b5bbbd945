package io.posthorse.auth;

import java.io.IOException;
import java.util.function.Consumer;

/** The place where users and rules are kept. Used on the owner's thread. */
interface Keeper {
    /** Sets the receiver of the table in force, which gets the present one at once, and then each later one. */
    void follow(Consumer<AccessTable> inForce);

    /** Returns how many times users and rules were changed, as far as this place counts them. */
    long generation();

    /**
     * Keeps a changed table. Its receiver gets it once it is kept.
     *
     * @param before the table in force
     * @param done gets null behind that, else why nothing was changed
     */
    void keep(AccessTable before, AccessTable after, Consumer<IOException> done);
}
