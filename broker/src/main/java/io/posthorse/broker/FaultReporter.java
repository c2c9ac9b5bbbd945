package io.posthorse.broker;

import java.util.function.BiConsumer;

/** Failures of code that clients, formats and adapters bring: each costs what failed, is told, and nothing else suffers. */
public final class FaultReporter {
    private BiConsumer<String, Throwable> listener = (what, cause) -> { };

    /** Has failures told: what failed, for an operator, and why. */
    public void onFault(BiConsumer<String, Throwable> told) {
        listener = told;
    }

    /** Tells of a failure. */
    public void tell(String what, Throwable cause) {
        listener.accept(what, cause);
    }

    /** Runs something whose failure concerns nobody else; an end of memory is for all to know. */
    void guard(String what, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            tell(what, e);
        }
    }
}
