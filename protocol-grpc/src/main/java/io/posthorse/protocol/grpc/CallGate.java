package io.posthorse.protocol.grpc;

import com.google.protobuf.MessageOrBuilder;
import io.posthorse.access.Gate;
import io.posthorse.access.Identity;
import io.posthorse.access.LoginChecker;
import io.posthorse.access.Permission;
import io.posthorse.codec.grpc.Code;
import io.posthorse.net.LogLimiter;
import io.posthorse.platform.Clock;
import java.net.InetAddress;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate of calls: admits each or refuses it with the reason. Checks the signature before any part of the request is
 * read, the permission before the request is carried out, and both again when users or rules change meanwhile. Used on the
 * owner's thread.
 */
final class CallGate {
    private static final Logger LOG = LoggerFactory.getLogger(CallGate.class);

    private final Gate gate;
    private final Clock clock;
    private final List<ZoneId> zones;
    private final LogLimiter complaints;
    private final Set<Runnable> watchers = new LinkedHashSet<>();

    CallGate(GrpcAccess grpc, Clock clock) {
        this.gate = grpc.gate();
        this.clock = clock;
        this.zones = SignedTime.zones(grpc.zones());
        this.complaints = new LogLimiter(clock);
        gate.onChange(() -> List.copyOf(watchers).forEach(Runnable::run));
    }

    /** Registers a watcher of changes to users or rules, until {@link #unwatch}. */
    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    /** Refuses a call without the signature of a user who may use this broker now. */
    void identify(Caller caller) {
        Credential credential = caller.credential();
        if (credential == Credential.NONE) {
            throw refused(caller, Code.UNAUTHORIZED, "the call is not signed, and this broker requires a user. Give the"
                    + " client an access key and a secret key (SessionCredentialsProvider).");
        }
        InetAddress source = caller.remote().getAddress();
        byte[] name = credential.userBytes();
        Identity known = caller.connection().identity;
        boolean isKnown = known != null && known.is(name, 0, name.length);
        if (!isKnown && gate.logins().mustWait(credential.user(), source)) {
            throw refused(caller, Code.UNAUTHORIZED, LoginChecker.tooManyFailures(source));
        }
        Identity identity = isKnown ? known : gate.logins().claimed(name, 0, name.length);
        if (!credential.isSignedBy(identity)) {
            caller.connection().identity = null;
            gate.logins().failed(credential.user(), source);
            throw refused(caller, Code.UNAUTHORIZED, LoginChecker.mismatch(credential.user()));
        }
        if (!isKnown) {
            gate.logins().proved(identity, source);
        }
        caller.connection().identity = identity;
        requireWelcome(caller, identity);
        if (SignedTime.distanceMs(credential.dateTime(), clock.wallMs(), zones) > SignedTime.WINDOW_MS) {
            throw refused(caller, Code.UNAUTHORIZED, "the signed time " + LoginChecker.printable(credential.dateTime())
                    + " is more than " + SignedTime.WINDOW_MS / 60_000 + " minutes from this broker's clock. Set the"
                    + " client's clock. RocketMQ's client for Java signs its local time: where its zone is neither UTC"
                    + " nor the broker's, name it in auth.grpc.zones, or start the client with -Duser.timezone=UTC.");
        }
        credential.identity = identity;
    }

    private void requireWelcome(Caller caller, Identity identity) {
        String unwelcome = LoginChecker.unwelcome(identity, caller.remote().getAddress());
        if (unwelcome != null) {
            throw refused(caller, Code.FORBIDDEN, unwelcome);
        }
    }

    /** Returns the caller's present identity: a signature by a changed secret is no longer valid. */
    private Identity current(Caller caller) {
        Credential credential = caller.credential();
        byte[] name = credential.userBytes();
        if (!credential.identity.is(name, 0, name.length)) {
            Identity identity = gate.logins().claimed(name, 0, name.length);
            if (!credential.isSignedBy(identity)) {
                throw refused(caller, Code.UNAUTHORIZED, LoginChecker.mismatch(credential.user()));
            }
            requireWelcome(caller, identity);
            credential.identity = identity;
        }
        return credential.identity;
    }

    /** Refuses a request for which its caller has no permission by the present users and rules. */
    void permit(Caller caller, MessageOrBuilder request) {
        Identity identity = current(caller);
        Permission permission = CallPermissions.of(caller.call());
        String refusal = permission == null
                ? "the call " + caller.call() + " is unknown to this broker, and unknown calls are not allowed"
                : gate.refusal(
                        identity, caller.remote().getAddress(), "the call " + caller.call(), permission,
                        source -> NamedResources.of(source, request));
        if (refusal != null) {
            throw refused(caller, Code.FORBIDDEN, refusal);
        }
    }

    /** Creates a refusal and reports it in the server log, within its limit of lines. */
    private Refusal refused(Caller caller, Code code, String reason) {
        if (complaints.allows("refused")) {
            LOG.info("Call {} from {} is refused: {}", caller.call(), caller.remote(), reason);
        }
        return new Refusal(code, "No permission: " + reason);
    }
}
