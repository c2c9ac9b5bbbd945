package io.posthorse.protocol.rocketmq;

import io.posthorse.access.Accounts;
import io.posthorse.access.Origin;
import io.posthorse.broker.AuditTrail;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.platform.QuotaHolder;
import java.util.List;
import java.util.Map;

/** Handles RocketMQ 5's requests about users and rules: 3001 to 3010. Only super users reach it. */
final class AccessRequests implements RequestHandler {
    private final Accounts accounts;
    private final AuditTrail audit;

    /** @param accounts null without access control */
    AccessRequests(Accounts accounts, AuditTrail audit) {
        this.audit = audit;
        this.accounts = accounts;
    }

    @Override
    public boolean accepts(int code) {
        return code >= RequestCode.AUTH_CREATE_USER && code <= RequestCode.AUTH_LIST_ACL;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        if (accounts == null) {
            return off(request);
        }
        return switch (request.code()) {
            case RequestCode.AUTH_CREATE_USER -> createUser(peer, request);
            case RequestCode.AUTH_UPDATE_USER -> updateUser(peer, request);
            case RequestCode.AUTH_DELETE_USER -> {
                accounts.deleteUser(origin(peer), request.require("username"),
                        audited(audit, peer, request, "user " + request.field("username") + " was deleted"));
                yield null;
            }
            case RequestCode.AUTH_GET_USER -> user(peer, request);
            case RequestCode.AUTH_LIST_USER -> users(request);
            case RequestCode.AUTH_CREATE_ACL, RequestCode.AUTH_UPDATE_ACL -> {
                accounts.putRules(origin(peer), request.require("subject"),
                        RuleJson.read(JsonReader.read(request.body()).asObject()),
                        audited(audit, peer, request, "rules of " + request.field("subject") + " were changed"));
                yield null;
            }
            case RequestCode.AUTH_DELETE_ACL -> deleteRules(peer, request);
            case RequestCode.AUTH_GET_ACL -> rules(request);
            default -> allRules(request);
        };
    }

    /** Returns the answer of a broker without access control. */
    static Frame off(Frame request) {
        return request.refuse(ResponseCode.SYSTEM_ERROR, "This broker controls no access, so it has no users and rules:"
                + " start it with auth.enabled=true.");
    }

    private static Frame refuse(Frame request, Accounts.Refusal refusal) {
        int code = switch (refusal.problem()) {
            case NOT_VALID -> ResponseCode.INVALID_PARAMETER;
            case NO_SUCH_USER -> ResponseCode.USER_NOT_EXIST;
            case NO_SUCH_RULE -> ResponseCode.POLICY_NOT_EXIST;
            case FAILED -> ResponseCode.SYSTEM_ERROR;
        };
        return request.refuse(code, refusal.text());
    }

    static Origin origin(Peer peer) {
        return peer instanceof RemotingSession session
                ? session.origin()
                : new Origin(peer.remote().getAddress(), false);
    }

    /**
     * Returns the end of a change: once the change is on the disk, it is reported and answered. Whoever signs a later
     * request of the connection meanwhile has not made it.
     */
    static Accounts.Done audited(AuditTrail audit, Peer peer, Frame request, String done) {
        QuotaHolder by = ((RemotingSession) peer).holder();
        return refusal -> {
            if (refusal == null) {
                audit.note(by, done);
            }
            peer.answer(request, refusal == null ? request.ok(Map.of()) : refuse(request, refusal));
        };
    }

    private Frame createUser(Peer peer, Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        accounts.createUser(origin(peer), request.require("username"), body.text("userType", null),
                body.text("userStatus", null), body.text("password", null),
                audited(audit, peer, request, "user " + request.field("username") + " was created"));
        return null;
    }

    private Frame updateUser(Peer peer, Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        accounts.updateUser(origin(peer), request.require("username"), body.text("userType", null),
                body.text("userStatus", null), body.text("password", null),
                audited(audit, peer, request, "user " + request.field("username") + " was changed"));
        return null;
    }

    private Frame user(Peer peer, Frame request) {
        Accounts.UserView user = accounts.user(request.require("username"));
        return user == null
                ? request.ok(Map.of())
                : request.ok(write(new JsonWriter(), user, origin(peer).isPrivate()).bytes());
    }

    private Frame users(Frame request) {
        String filter = request.fields().getOrDefault("filter", "");
        JsonWriter out = new JsonWriter().beginArray();
        accounts.users().stream().filter(user -> user.name().contains(filter)).forEach(user -> write(out, user, false));
        return request.ok(out.endArray().bytes());
    }

    /** Writes a user, without the secret unless nobody else can read it on its way. */
    private static JsonWriter write(JsonWriter out, Accounts.UserView user, boolean withSecret) {
        out.beginObject();
        if (withSecret) {
            out.name("password").value(user.secret().get());
        }
        out.name("userStatus").value(user.isEnabled() ? "enable" : "disable");
        out.name("userType").value(user.isSuper() ? "Super" : "Normal");
        return out.name("username").value(user.name()).endObject();
    }

    private Frame deleteRules(Peer peer, Frame request) {
        accounts.deleteRules(origin(peer), request.require("subject"), request.fields().getOrDefault("resource", ""),
                request.fields().getOrDefault("policyType", ""),
                audited(audit, peer, request, "rules of " + request.field("subject") + " were deleted"));
        return null;
    }

    private Frame rules(Frame request) {
        String subject = request.require("subject");
        List<Accounts.RuleView> rules = accounts.rules(subject);
        return rules.isEmpty()
                ? request.ok(Map.of())
                : request.ok(RuleJson.write(new JsonWriter(), subject, rules).bytes());
    }

    private Frame allRules(Frame request) {
        String subjects = request.fields().getOrDefault("subjectFilter", "");
        String resources = request.fields().getOrDefault("resourceFilter", "");
        JsonWriter out = new JsonWriter().beginArray();
        accounts.rules().forEach((subject, rules) -> {
            List<Accounts.RuleView> chosen = rules.stream().filter(r -> r.resource().contains(resources)).toList();
            if (subject.contains(subjects) && !chosen.isEmpty()) {
                RuleJson.write(out, subject, chosen);
            }
        });
        return request.ok(out.endArray().bytes());
    }
}
