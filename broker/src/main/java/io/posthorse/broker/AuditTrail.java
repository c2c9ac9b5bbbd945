package io.posthorse.broker;

import io.posthorse.platform.QuotaHolder;
import java.util.function.BiConsumer;

/** The audit trail: reports what a user created, changed, deleted or reset. Used on the owner's thread. */
public final class AuditTrail {
    private BiConsumer<QuotaHolder, String> listener = (by, what) -> { };

    AuditTrail() {}

    /**
     * Sets the listener, which gets the user and a sentence without a full stop, such as {@code topic Orders was deleted}.
     */
    public void onNote(BiConsumer<QuotaHolder, String> to) {
        listener = to;
    }

    /**
     * Reports a change, once it is decided.
     *
     * @param by null where the broker itself made it
     */
    public void note(QuotaHolder by, String what) {
        listener.accept(by, what);
    }
}
