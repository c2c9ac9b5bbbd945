package io.posthorse.protocol.rocketmq;

/** Knows which changes of topics the name servers in other processes have confirmed. */
public interface Registrations {
    /** Where there are no such name servers. */
    Registrations NONE = Runnable::run;

    /**
     * Runs something once every name server that answers at all has confirmed what is changed by now; soon in any case,
     * whether or not they do.
     */
    void confirm(Runnable then);
}
