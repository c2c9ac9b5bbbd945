package io.posthorse.broker;

import io.posthorse.platform.QuotaHolder;

/** The audit trail: reports what a user created, changed, deleted or reset. Used on the owner's thread. */
public final class AuditTrail {
    /**
     * A recipient of the audit trail. Each report has the user, null where the broker itself acted, and a sentence without a
     * full stop, such as {@code topic Orders was deleted}.
     */
    public interface Listener {
        /** Receives something that was made by mere use, such as a topic by its first message. */
        void creation(QuotaHolder by, String what);

        /** Receives any other change: what an administrator did, and all that takes something away. */
        void change(QuotaHolder by, String what);
    }

    private Listener listener = new Listener() {
        @Override
        public void creation(QuotaHolder by, String what) {}

        @Override
        public void change(QuotaHolder by, String what) {}
    };

    AuditTrail() {}

    /** Sets the listener. */
    public void onNote(Listener to) {
        listener = to;
    }

    /**
     * Reports what was created by mere use, once it is decided.
     *
     * @param by null where the broker itself made it
     */
    public void noteCreation(QuotaHolder by, String what) {
        listener.creation(by, what);
    }

    /**
     * Reports a change, once it is decided.
     *
     * @param by null where the broker itself made it
     */
    public void note(QuotaHolder by, String what) {
        listener.change(by, what);
    }
}
