package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Peer;

/**
 * A recipient of changes of a name server. Each has the peer that asked for it, and a sentence without a full stop, such as
 * {@code topic Orders was removed from routes}. What changes nothing is not reported.
 */
public interface ChangeListener {
    /** Receives the registration of a broker's address, or its end. */
    void registration(Peer by, String what);

    /** Receives any other change: an administrator's. */
    void change(Peer by, String what);

    /** Returns a listener that does nothing. */
    static ChangeListener none() {
        return new ChangeListener() {
            @Override
            public void registration(Peer by, String what) {}

            @Override
            public void change(Peer by, String what) {}
        };
    }
}
