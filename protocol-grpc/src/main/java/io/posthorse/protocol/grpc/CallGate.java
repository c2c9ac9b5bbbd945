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
 * Lets calls in, or refuses them with the reason: who signed the call is asked before any of its request is read, what the
 * request needs before anything is done for it, and both again where users or rules change while it goes on. Used on the
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

    /** Has a change of users or rules told, until {@link #unwatch}. */
    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    /** Refuses a call that no user signed who may use this broker, or not just now. */
    void identify(Caller caller) {
        Credential credential = caller.credential();
        if (credential == Credential.NONE) {
            throw refused(caller, Code.UNAUTHORIZED, "the call is not signed, and this broker admits users only. Give the"
                    + " client an access key and a secret key (SessionCredentialsProvider).");
        }
        InetAddress source = caller.remote().getAddress();
        byte[] name = credential.userBytes();
        Identity known = caller.connection().identity;
        boolean isKnown = known != null && known.is(name, 0, name.length);
        if (!isKnown && gate.logins().mustWait(credential.user(), source)) {
            throw refused(caller, Code.UNAUTHORIZED, LoginChecker.tooManyFailures(source));
        }
        Identity who = isKnown ? known : gate.logins().claimed(name, 0, name.length);
        if (!credential.isSignedBy(who)) {
            caller.connection().identity = null;
            gate.logins().failed(credential.user(), source);
            throw refused(caller, Code.UNAUTHORIZED, LoginChecker.mismatch(credential.user()));
        }
        if (!isKnown) {
            gate.logins().proved(who, source);
        }
        caller.connection().identity = who;
        welcome(caller, who);
        if (SignedTime.distanceMs(credential.dateTime(), clock.wallMs(), zones) > SignedTime.WINDOW_MS) {
            throw refused(caller, Code.UNAUTHORIZED, "the signed time " + LoginChecker.printable(credential.dateTime())
                    + " is more than " + SignedTime.WINDOW_MS / 60_000 + " minutes from this broker's clock. Set the"
                    + " client's clock. RocketMQ's client for Java signs its local time: where its zone is neither UTC"
                    + " nor the broker's, name it in auth.grpc.zones, or start the client with -Duser.timezone=UTC.");
        }
        credential.identity = who;
    }

    private void welcome(Caller caller, Identity who) {
        String unwelcome = LoginChecker.unwelcome(who, caller.remote().getAddress());
        if (unwelcome != null) {
            throw refused(caller, Code.FORBIDDEN, unwelcome);
        }
    }

    /** The caller as users are now: what was signed before the secret was changed is good no more. */
    private Identity current(Caller caller) {
        Credential credential = caller.credential();
        byte[] name = credential.userBytes();
        if (!credential.identity.is(name, 0, name.length)) {
            Identity who = gate.logins().claimed(name, 0, name.length);
            if (!credential.isSignedBy(who)) {
                throw refused(caller, Code.UNAUTHORIZED, LoginChecker.mismatch(credential.user()));
            }
            welcome(caller, who);
            credential.identity = who;
        }
        return credential.identity;
    }

    /** Refuses a request that its caller may not have as users and rules are now. */
    void permit(Caller caller, MessageOrBuilder request) {
        Identity who = current(caller);
        Permission permission = CallPermissions.of(caller.call());
        String refusal = permission == null
                ? "the call " + caller.call() + " is not known to this broker, and what is not known is not allowed"
                : gate.refusal(
                        who, caller.remote().getAddress(), "the call " + caller.call(), permission,
                        source -> NamedResources.of(source, request));
        if (refusal != null) {
            throw refused(caller, Code.FORBIDDEN, refusal);
        }
    }

    /** The refusal; also a line in the log, of which there are not too many. */
    private Refusal refused(Caller caller, Code code, String reason) {
        if (complaints.allows("refused")) {
            LOG.info("Call {} from {} is refused: {}", caller.call(), caller.remote(), reason);
        }
        return new Refusal(code, "No permission: " + reason);
    }
}
