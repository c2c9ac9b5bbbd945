package io.posthorse.protocol.rocketmq;

/** The changes of topics that the name servers in other processes have confirmed. */
public interface Registrations {
    /** For a broker without such name servers: nothing has to be confirmed. */
    Registrations NONE = Runnable::run;

    /**
     * Runs {@code then} once each name server that answers has confirmed all changes made so far, and in any case after a
     * few seconds.
     */
    void confirm(Runnable then);
}
