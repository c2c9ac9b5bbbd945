package io.posthorse.protocol.rocketmq;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.RefusedException;
import io.posthorse.auth.Resource;
import io.posthorse.auth.Rule;
import io.posthorse.auth.User;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Users and rules as RocketMQ 5's tools manage them: 3001 to 3010. Only super users come this far. */
final class AccessRequests implements RequestHandler {
    private final AccessControl access;

    AccessRequests(AccessControl access) {
        this.access = access;
    }

    @Override
    public boolean accepts(int code) {
        return code >= RequestCode.AUTH_CREATE_USER && code <= RequestCode.AUTH_LIST_ACL;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        if (access == null) {
            return off(request);
        }
        try {
            return switch (request.code()) {
                case RequestCode.AUTH_CREATE_USER -> createUser(peer, request);
                case RequestCode.AUTH_UPDATE_USER -> updateUser(peer, request);
                case RequestCode.AUTH_DELETE_USER -> deleteUser(peer, request);
                case RequestCode.AUTH_GET_USER -> user(peer, request);
                case RequestCode.AUTH_LIST_USER -> users(request);
                case RequestCode.AUTH_CREATE_ACL, RequestCode.AUTH_UPDATE_ACL -> updateRules(peer, request);
                case RequestCode.AUTH_DELETE_ACL -> deleteRules(peer, request);
                case RequestCode.AUTH_GET_ACL -> rules(request);
                default -> allRules(request);
            };
        } catch (RefusedException e) {
            return refuse(request, e);
        }
    }

    /** The answer where access is not controlled. */
    static Frame off(Frame request) {
        return request.refuse(ResponseCode.SYSTEM_ERROR, "This broker controls no access, so it has no users and rules:"
                + " start it with auth.enabled=true.");
    }

    private static Frame refuse(Frame request, RuntimeException e) {
        int code = !(e instanceof RefusedException refused)
                ? ResponseCode.SYSTEM_ERROR
                : switch (refused.kind()) {
                    case NOT_VALID -> ResponseCode.INVALID_PARAMETER;
                    case NO_SUCH_USER -> ResponseCode.USER_NOT_EXIST;
                    case NO_SUCH_RULE -> ResponseCode.POLICY_NOT_EXIST;
                };
        return request.refuse(code, e.getMessage());
    }

    /** Changes users or rules; the answer leaves once the change is on the disk. */
    static Frame change(
            AccessControl access, Peer peer, Frame request, String user, UnaryOperator<AccessTable> change) {
        if (access.isFixed(user)) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "user " + user + " is in the file of accounts that this"
                    + " broker was started with (auth.plain.acl): change it there and restart");
        }
        access.change(change, e -> {
            if (!request.isOneWay()) {
                peer.send(e == null ? request.ok(Map.of()) : refuse(request, e));
            }
        });
        return null;
    }

    private static String word(String given, String... words) {
        for (String word : words) {
            if (word.equalsIgnoreCase(given)) {
                return word.toLowerCase(Locale.ROOT);
            }
        }
        throw new RefusedException("\"" + given + "\" is none of " + String.join(", ", words));
    }

    private static User.Kind kind(String given, User.Kind otherwise) {
        return given == null ? otherwise : word(given, "Super", "Normal").equals("super")
                ? User.Kind.SUPER
                : User.Kind.NORMAL;
    }

    private static boolean enabled(String given, boolean otherwise) {
        return given == null ? otherwise : word(given, "enable", "disable").equals("enable");
    }

    private Frame createUser(Peer peer, Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        String name = request.require("username");
        User user = User.of(name, kind(body.text("userType", null), User.Kind.NORMAL),
                enabled(body.text("userStatus", null), true), body.text("password", null));
        return change(access, peer, request, name, table -> {
            if (table.user(name) != null) {
                throw new RefusedException("The user is existed: " + name);
            }
            return table.with(user);
        });
    }

    private Frame updateUser(Peer peer, Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        String name = request.require("username");
        return change(access, peer, request, name, table -> {
            User old = table.require(name);
            String password = body.text("password", "");
            return table.changed(old.changed(kind(body.text("userType", null), old.kind()),
                    enabled(body.text("userStatus", null), old.enabled()),
                    password.isEmpty() ? old.secret().reveal() : password));
        });
    }

    private Frame deleteUser(Peer peer, Frame request) {
        String name = request.require("username");
        return change(access, peer, request, name, table -> {
            table.require(name);
            return table.without(name);
        });
    }

    private Frame user(Peer peer, Frame request) {
        User user = access.table().user(request.require("username"));
        boolean shown = peer instanceof RemotingSession session
                && (session.connection().isEncrypted() || session.source.isLoopbackAddress());
        return user == null
                ? request.ok(Map.of())
                : request.ok(write(new JsonWriter(), user, shown).bytes());
    }

    private Frame users(Frame request) {
        String filter = request.fields().getOrDefault("filter", "");
        JsonWriter out = new JsonWriter().beginArray();
        access.table().users().values().stream()
                .filter(user -> user.name().contains(filter))
                .forEach(user -> write(out, user, false));
        return request.ok(out.endArray().bytes());
    }

    /** A user without the secret, unless nobody else can read it on its way. */
    private static JsonWriter write(JsonWriter out, User user, boolean withSecret) {
        out.beginObject();
        if (withSecret) {
            out.name("password").value(user.secret().reveal());
        }
        out.name("userStatus").value(user.enabled() ? "enable" : "disable");
        out.name("userType").value(user.isSuper() ? "Super" : "Normal");
        return out.name("username").value(user.name()).endObject();
    }

    private Frame updateRules(Peer peer, Frame request) {
        String user = RuleJson.user(request.require("subject"));
        List<Rule> rules = RuleJson.read(JsonReader.read(request.body()).asObject());
        return change(access, peer, request, user, table -> {
            AccessTable changed = table;
            for (Rule rule : rules) {
                changed = changed.withRule(user, rule);
            }
            return changed;
        });
    }

    private Frame deleteRules(Peer peer, Frame request) {
        String user = RuleJson.user(request.require("subject"));
        String resource = request.fields().getOrDefault("resource", "");
        String type = request.fields().getOrDefault("policyType", "");
        Boolean standard = type.isEmpty() ? null : RuleJson.isStandard(type);
        return change(access, peer, request, user, table -> {
            table.require(user);
            return resource.isEmpty()
                    ? table.withRules(user, table.rules(user).stream()
                            .filter(rule -> standard != null && rule.standard() != standard)
                            .toList())
                    : table.withoutRules(user, Resource.parse(resource), standard);
        });
    }

    private Frame rules(Frame request) {
        String user = RuleJson.user(request.require("subject"));
        List<Rule> rules = access.table().rules(user);
        return rules.isEmpty()
                ? request.ok(Map.of())
                : request.ok(RuleJson.write(new JsonWriter(), user, rules).bytes());
    }

    private Frame allRules(Frame request) {
        String subjects = request.fields().getOrDefault("subjectFilter", "");
        String resources = request.fields().getOrDefault("resourceFilter", "");
        JsonWriter out = new JsonWriter().beginArray();
        access.table().rules().forEach((user, rules) -> {
            List<Rule> chosen = rules.stream().filter(r -> r.resource().toString().contains(resources)).toList();
            if (("User:" + user).contains(subjects) && !chosen.isEmpty()) {
                RuleJson.write(out, user, chosen);
            }
        });
        return request.ok(out.endArray().bytes());
    }
}
