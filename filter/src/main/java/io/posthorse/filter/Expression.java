package io.posthorse.filter;

import java.util.Set;

/** A compiled condition on a message's properties. Immutable; any thread may use it. */
public interface Expression {
    /** Whether the condition is true. It is not where it is false, unknown, or cannot be decided for these values. */
    boolean matches(Properties properties);

    /** Names of all properties that it may ask for. */
    Set<String> names();
}
