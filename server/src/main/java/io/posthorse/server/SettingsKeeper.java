package io.posthorse.server;

import java.util.Map;
import java.util.function.Consumer;

/** The place where settings are kept that were changed while the broker ran. Used on the owner's thread. */
interface SettingsKeeper {
    /** Sets the receiver of the changes in force, by key, which gets the present ones at once, and then each later state. */
    void follow(Consumer<Map<String, String>> inForce);

    /** Returns how often changes were kept. */
    long generation();

    /** Returns whether what is in force is not kept yet, or could not be. */
    boolean isBehind();

    /**
     * Puts changes in force, and keeps them.
     *
     * @param before all changes that were in force when they were decided
     * @param after all changes that are to be in force
     * @param done gets null once they are kept, else a text for the tool
     */
    void keep(Map<String, String> before, Map<String, String> after, Consumer<String> done);
}
