package io.posthorse.broker;

import java.util.function.BiConsumer;

/** The reporter of failures in code of clients, formats and adapters: each affects only the part that failed. */
public final class FaultReporter {
    private BiConsumer<String, Throwable> listener = (what, cause) -> { };

    /** Sets the listener, which gets what failed, for an operator, and the cause. */
    public void onFault(BiConsumer<String, Throwable> to) {
        listener = to;
    }

    /** Reports a failure. */
    public void tell(String what, Throwable cause) {
        listener.accept(what, cause);
    }

    /** Runs a part whose failure affects nothing else. */
    void guard(String what, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            tell(what, e);
        }
    }
}
