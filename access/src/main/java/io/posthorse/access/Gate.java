package io.posthorse.access;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.Action;
import io.posthorse.auth.Actions;
import io.posthorse.auth.Resource;
import io.posthorse.auth.ResourceKind;
import io.posthorse.auth.Verdict;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The permission check of all protocols: decides what users may do by their rules, and by fixed rules about the broker's own
 * topics. A refusal is a reason, which names the rule or says that there is none; null is an approval. Used on the owner's
 * thread.
 *
 * <p>A gate without users is open: everything is allowed, except what the fixed rules forbid to all users.
 */
public final class Gate {
    private static final Actions PUB = Actions.of(Action.PUB);
    private static final Actions SUB = Actions.of(Action.SUB);
    private static final Actions CREATE = Actions.of(Action.CREATE);
    private static final Actions DELETE = Actions.of(Action.DELETE);
    private static final byte[] SYSTEM = SystemNames.SYSTEM.getBytes(StandardCharsets.US_ASCII);

    private final AccessControl control;
    private final AccessPolicy policy;
    private final LoginChecker logins;
    private final String cluster;
    private final Set<String> own;
    private final Predicate<String> topics;
    private final Predicate<String> groups;

    /**
     * Creates a gate.
     *
     * @param control users and rules; null for an open gate
     * @param cluster name of the cluster, for rules about it
     * @param own this broker's own topics, beside those that each broker has
     * @param topics returns whether a topic with that name exists
     * @param groups returns whether a group with that name exists
     */
    public Gate(
            AccessControl control, AccessPolicy policy, String cluster, Set<String> own, Predicate<String> topics,
            Predicate<String> groups) {
        this.control = control;
        this.policy = policy;
        this.logins = new LoginChecker(control, policy);
        this.cluster = cluster;
        this.own = Set.copyOf(own);
        this.topics = topics;
        this.groups = groups;
    }

    /** Returns whether the broker asks for users. */
    public boolean isOn() {
        return control != null;
    }

    /** Registers a listener for changes of users and rules, which is called once they are in force. */
    public void onChange(Runnable listener) {
        if (control != null) {
            control.onChange(listener);
        }
    }

    /** Returns the users and rules, for those who may change them; null where the gate is open. */
    public Accounts accounts() {
        return control == null ? null : new Accounts(control, policy);
    }

    /**
     * Returns whether a topic does not belong to applications: one of the broker's own, one that RocketMQ uses internally,
     * or one that the broker has for a group. Patterns in rules do not cover such topics.
     */
    public boolean isInternal(String topic) {
        return own.contains(topic) || SystemNames.isInternal(topic);
    }

    /** Returns the checker of identities. */
    public LoginChecker logins() {
        return logins;
    }

    /** Returns why a user may not send to a topic; null where it may. */
    public String refusalToSend(Identity identity, InetAddress source, String topic) {
        return refusal(identity, source, ResourceKind.TOPIC, topic, PUB);
    }

    /** Returns why a user may not read a topic; null where it may. */
    public String refusalToRead(Identity identity, InetAddress source, String topic) {
        return refusal(identity, source, ResourceKind.TOPIC, topic, SUB);
    }

    /** Returns why a user may not read as a member of a group; null where it may. */
    public String refusalToJoin(Identity identity, InetAddress source, String group) {
        return refusal(identity, source, ResourceKind.GROUP, group, SUB);
    }

    /** Returns why a user may not create a topic; null where it may. */
    public String refusalToCreate(Identity identity, InetAddress source, String topic) {
        return SystemNames.isInternal(topic)
                ? "only the broker creates " + topic
                : refusal(identity, source, ResourceKind.TOPIC, topic, CREATE);
    }

    /** Returns why a user may not delete a topic; null where it may. */
    public String refusalToDelete(Identity identity, InetAddress source, String topic) {
        return isInternal(topic)
                ? "the topic " + topic + " belongs to the broker and cannot be deleted"
                : refusal(identity, source, ResourceKind.TOPIC, topic, DELETE);
    }

    /** Returns whether a user has any permission on a topic, and so may know that it exists. */
    public boolean mayKnow(Identity identity, InetAddress source, String topic) {
        return refusal(identity, source, ResourceKind.TOPIC, topic, Actions.ALL) == null;
    }

    /** Returns whether a user may know which other clients are connected. */
    public boolean mayKnowAll(Identity identity) {
        return control == null || identity.isSuper();
    }

    /**
     * Does the same as {@link #refusalToSend(Identity, InetAddress, String)}, without allocation where it was approved
     * before.
     */
    public String refusalToSend(Identity identity, InetAddress source, byte[] topic, int from, int length) {
        return refusal(identity, source, ResourceKind.TOPIC, topic, from, length, PUB);
    }

    /**
     * Does the same as {@link #refusalToRead(Identity, InetAddress, String)}, without allocation where it was approved
     * before.
     */
    public String refusalToRead(Identity identity, InetAddress source, byte[] topic, int from, int length) {
        return refusal(identity, source, ResourceKind.TOPIC, topic, from, length, SUB);
    }

    /**
     * Does the same as {@link #refusalToJoin(Identity, InetAddress, String)}, without allocation where it was approved
     * before.
     */
    public String refusalToJoin(Identity identity, InetAddress source, byte[] group, int from, int length) {
        return refusal(identity, source, ResourceKind.GROUP, group, from, length, SUB);
    }

    private String refusal(
            Identity identity, InetAddress source, ResourceKind kind, byte[] text, int from, int length, Actions wanted) {
        if (control == null || kind == ResourceKind.TOPIC && isSpecial(text, from, length)) {
            return refusal(identity, source, kind, new String(text, from, length, StandardCharsets.UTF_8), wanted);
        }
        Verdict refusal = control.refusal(identity.account, kind, text, from, length, wanted, source);
        return refusal == null ? null : refusal.reason();
    }

    private static boolean isSpecial(byte[] text, int start, int length) {
        if (length == 0 || text[start] == '%') {
            return true;
        }
        if (length < SYSTEM.length) {
            return false;
        }
        for (int i = 0; i < SYSTEM.length; i++) {
            if (text[start + i] != SYSTEM[i]) {
                return false;
            }
        }
        return true;
    }

    /** Decides on the resource that a name belongs to: the retry and dead-letter topics belong to their group. */
    private String refusal(Identity identity, InetAddress source, ResourceKind kind, String name, Actions wanted) {
        boolean sends = wanted.equals(PUB);
        boolean isTopic = kind == ResourceKind.TOPIC;
        if (isTopic && sends && name.startsWith(SystemNames.SYSTEM) && !name.equals(SystemNames.TRACE_TOPIC)) {
            return "only the broker sends to " + name;
        }
        if (control == null) {
            return null;
        }
        if (isTopic && name.startsWith(SystemNames.RETRY)) {
            String group = name.substring(SystemNames.RETRY.length());
            return decide(identity, source, ResourceKind.GROUP, group, sends ? SUB : wanted);
        }
        if (isTopic && name.startsWith(SystemNames.DEAD_LETTER)) {
            String group = name.substring(SystemNames.DEAD_LETTER.length());
            return sends
                    ? "only the broker sends to a dead-letter topic"
                    : decide(identity, source, ResourceKind.GROUP, group, wanted);
        }
        if (isTopic && name.equals(SystemNames.TRACE_TOPIC) && (wanted.bits() & PUB.bits()) != 0) {
            return null; // every user sends traces
        }
        return decide(identity, source, kind, name, wanted);
    }

    private String decide(Identity identity, InetAddress source, ResourceKind kind, String name, Actions wanted) {
        Verdict verdict = control.decide(identity.account, kind, name, wanted, source);
        return verdict.allowed() ? null : verdict.reason();
    }

    /**
     * Returns why a user may not make a request; null where it may.
     *
     * @param request name of the request for the refusal's text, as its user knows it
     * @param names returns the names that a source stands for in the request; null where a required one is missing
     */
    public String refusal(
            Identity identity, InetAddress source, String request, Permission permission,
            Function<String, List<String>> names) {
        if (permission.level() == Permission.Level.SUPER && !identity.isSuper()) {
            return request + " is for super users, and " + identity.name() + " is not one";
        }
        for (Permission.Part part : permission.parts()) {
            List<String> found = found(part, names);
            if (found == null && !identity.isSuper()) {
                return "the request has no field " + part.source();
            }
            for (String name : found == null ? List.<String>of() : found) {
                String refusal = refusal(identity, source, part.kind(), name, wanted(part, name));
                if (refusal != null) {
                    return refusal;
                }
            }
        }
        return null;
    }

    private List<String> found(Permission.Part part, Function<String, List<String>> names) {
        if (part.source() == null) {
            return List.of(cluster);
        }
        return part.source().equals(Resource.ALL) ? List.of(Resource.ALL) : names.apply(part.source());
    }

    private Actions wanted(Permission.Part part, String name) {
        if (!part.makes()) {
            return part.any();
        }
        boolean exists = part.kind() == ResourceKind.TOPIC ? topics.test(name) : groups.test(name);
        return exists ? part.any() : CREATE;
    }
}
