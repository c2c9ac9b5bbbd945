package io.posthorse.protocol.grpc;

import io.grpc.Context;
import io.posthorse.access.Identity;
import io.posthorse.platform.QuotaHolder;
import java.net.InetSocketAddress;

/**
 * A call and its caller.
 *
 * @param call name of the call in the protocol
 * @param name client id that the client states; empty where it states none
 * @param credential access key and signature of its user
 * @param connection connection of the call
 * @param authority host and port that the client believes it dials
 * @param local address of this broker that the client has reached
 * @param passedOn whether another master has forwarded it
 * @param deadlineMs time that the client waits for the answer, in ms; {@link Long#MAX_VALUE} where it does not say
 */
record Caller(
        String call, String name, Credential credential, Connection connection, String authority, InetSocketAddress remote,
        InetSocketAddress local, boolean passedOn, long deadlineMs) {
    static final Context.Key<Caller> CURRENT = Context.key("caller");

    /** The state of a connection; used on the owner's thread. */
    static final class Connection {
        /** User who signed the last valid call. */
        Identity identity;
        /** Bytes of messages on their way to the client. */
        long answerBytes;
    }

    /** Returns the caller of the call that this thread handles. */
    static Caller current() {
        return CURRENT.get();
    }

    /** Returns the holder of the resources that the call takes. */
    QuotaHolder holder() {
        return new QuotaHolder(credential.identity == null ? "" : credential.user(), remote.getAddress());
    }

    /** Returns the client id, distinct from equal ids of other users; empty where the client states none. */
    String clientId() {
        return name.isEmpty() || credential.identity == null ? name : credential.user() + "/" + name;
    }
}
