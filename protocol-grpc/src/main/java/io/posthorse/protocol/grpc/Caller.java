package io.posthorse.protocol.grpc;

import io.grpc.Context;
import java.net.InetSocketAddress;

/**
 * Who calls. Every call passes through here before anything is done for it, so this is the place where a principal would
 * be checked.
 *
 * @param clientId what the client calls itself; empty where it does not say
 * @param authority host and port that the client believes it dials
 * @param local the address that it has reached
 * @param deadlineMs how long it waits for the answer, or a great number where it does not say
 */
record Caller(String clientId, String authority, InetSocketAddress remote, InetSocketAddress local, long deadlineMs) {
    static final Context.Key<Caller> CURRENT = Context.key("caller");

    /** Of the call that this thread is in. */
    static Caller current() {
        return CURRENT.get();
    }
}
