package io.posthorse.protocol.grpc;

import io.grpc.Context;
import io.posthorse.access.Identity;
import io.posthorse.platform.QuotaHolder;
import java.net.InetSocketAddress;

/**
 * Who calls, and what.
 *
 * @param call the call's name, as the protocol has it
 * @param name what the client calls itself; empty where it does not say
 * @param credential what it shows of its user
 * @param connection what it came on
 * @param authority host and port that the client believes it dials
 * @param local the address that it has reached
 * @param passedOn whether another master has passed it on
 * @param deadlineMs how long it waits for the answer, or a great number where it does not say
 */
record Caller(
        String call, String name, Credential credential, Connection connection, String authority, InetSocketAddress remote,
        InetSocketAddress local, boolean passedOn, long deadlineMs) {
    static final Context.Key<Caller> CURRENT = Context.key("caller");

    /** What is remembered of a connection; used on the owner's thread. */
    static final class Connection {
        /** Who signed a call last, and rightly. */
        Identity identity;
        /** Bytes of messages that are on their way to it. */
        long answerBytes;
    }

    /** Of the call that this thread is in. */
    static Caller current() {
        return CURRENT.get();
    }

    /** Who holds what the call takes. */
    QuotaHolder holder() {
        return new QuotaHolder(credential.identity == null ? "" : credential.user(), remote.getAddress());
    }

    /** The client, told from those of other users that call themselves the same; empty where it does not say. */
    String clientId() {
        return name.isEmpty() || credential.identity == null ? name : credential.user() + "/" + name;
    }
}
