package io.posthorse.filter;

import java.util.Set;

/** A compiled condition on a message's properties. Immutable and safe for use by any thread. */
public interface Expression {
    /** Returns whether the condition is true; false also where it is unknown or cannot be evaluated for these values. */
    boolean matches(Properties properties);

    /** Returns the names of all properties that it may read. */
    Set<String> names();
}
