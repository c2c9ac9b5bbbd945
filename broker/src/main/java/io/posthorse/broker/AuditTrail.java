package io.posthorse.broker;

import io.posthorse.platform.QuotaHolder;
import java.util.function.BiConsumer;

/** Tells what was created, changed, deleted or reset on somebody's demand, and on whose. Used on the owner's thread. */
public final class AuditTrail {
    private BiConsumer<QuotaHolder, String> listener = (by, what) -> { };

    AuditTrail() {}

    /** Has it told who did what: a sentence without an end, such as {@code topic Orders was deleted}. */
    public void onNote(BiConsumer<QuotaHolder, String> to) {
        listener = to;
    }

    /**
     * Notes what was done, once it is decided.
     *
     * @param by null where it is the broker itself
     */
    public void note(QuotaHolder by, String what) {
        listener.accept(by, what);
    }
}
