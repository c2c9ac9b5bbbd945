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
 * Decides what users may do, whichever protocol they speak: by their rules, and by what no rule can change about the
 * broker's own topics. A refusal is a reason, which names the rule or says that there is none; null is an approval. Used on
 * the owner's thread.
 *
 * <p>A gate without users is open: everybody may do everything but what nobody may.
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
     * @param control users and rules; null for an open gate
     * @param cluster name of the cluster, for rules about it
     * @param own topics of the broker's own, beside those that every broker has
     * @param topics tells whether there is a topic of that name
     * @param groups tells whether there is a group of that name
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

    /** Whether users are asked for. */
    public boolean isOn() {
        return control != null;
    }

    /** Has changes of users and rules told, once they are in force. */
    public void onChange(Runnable listener) {
        if (control != null) {
            control.onChange(listener);
        }
    }

    /** Users and rules, for those who may change them; null where the gate is open. */
    public Accounts accounts() {
        return control == null ? null : new Accounts(control, policy);
    }

    /**
     * Whether a topic is no application's: the broker's own, one of its machinery, or what it keeps for a group. Patterns
     * never reach such a topic.
     */
    public boolean isInternal(String topic) {
        return own.contains(topic) || SystemNames.isInternal(topic);
    }

    /** Finds out who somebody is. */
    public LoginChecker logins() {
        return logins;
    }

    /** Why somebody may not send to a topic. */
    public String refusalToSend(Identity who, InetAddress source, String topic) {
        return refusal(who, source, ResourceKind.TOPIC, topic, PUB);
    }

    /** Why somebody may not read a topic. */
    public String refusalToRead(Identity who, InetAddress source, String topic) {
        return refusal(who, source, ResourceKind.TOPIC, topic, SUB);
    }

    /** Why somebody may not read as a member of a group. */
    public String refusalToJoin(Identity who, InetAddress source, String group) {
        return refusal(who, source, ResourceKind.GROUP, group, SUB);
    }

    /** Why somebody may not make a topic. */
    public String refusalToCreate(Identity who, InetAddress source, String topic) {
        return SystemNames.isInternal(topic)
                ? "nobody but the broker makes " + topic
                : refusal(who, source, ResourceKind.TOPIC, topic, CREATE);
    }

    /** Why somebody may not delete a topic. */
    public String refusalToDelete(Identity who, InetAddress source, String topic) {
        return isInternal(topic)
                ? "nobody deletes " + topic + ", which is the broker's own"
                : refusal(who, source, ResourceKind.TOPIC, topic, DELETE);
    }

    /** Whether somebody may do anything at all to a topic, and so may know that it exists. */
    public boolean mayKnow(Identity who, InetAddress source, String topic) {
        return refusal(who, source, ResourceKind.TOPIC, topic, Actions.ALL) == null;
    }

    /** Whether somebody may know who else is here. */
    public boolean mayKnowAll(Identity who) {
        return control == null || who.isSuper();
    }

    /** As {@link #refusalToSend(Identity, InetAddress, String)}, without garbage where it was approved before. */
    public String refusalToSend(Identity who, InetAddress source, byte[] topic, int from, int length) {
        return refusal(who, source, ResourceKind.TOPIC, topic, from, length, PUB);
    }

    /** As {@link #refusalToRead(Identity, InetAddress, String)}, without garbage where it was approved before. */
    public String refusalToRead(Identity who, InetAddress source, byte[] topic, int from, int length) {
        return refusal(who, source, ResourceKind.TOPIC, topic, from, length, SUB);
    }

    /** As {@link #refusalToJoin(Identity, InetAddress, String)}, without garbage where it was approved before. */
    public String refusalToJoin(Identity who, InetAddress source, byte[] group, int from, int length) {
        return refusal(who, source, ResourceKind.GROUP, group, from, length, SUB);
    }

    private String refusal(
            Identity who, InetAddress source, ResourceKind kind, byte[] text, int from, int length, Actions wanted) {
        if (control == null || kind == ResourceKind.TOPIC && isSpecial(text, from, length)) {
            return refusal(who, source, kind, new String(text, from, length, StandardCharsets.UTF_8), wanted);
        }
        Verdict refusal = control.refusal(who.account, kind, text, from, length, wanted, source);
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

    /** Decides on the resource that is really meant: the retry and dead-letter topics belong to their group. */
    private String refusal(Identity who, InetAddress source, ResourceKind kind, String name, Actions wanted) {
        boolean sends = wanted.equals(PUB);
        boolean isTopic = kind == ResourceKind.TOPIC;
        if (isTopic && sends && name.startsWith(SystemNames.SYSTEM) && !name.equals(SystemNames.TRACE_TOPIC)) {
            return "nobody but the broker sends to " + name;
        }
        if (control == null) {
            return null;
        }
        if (isTopic && name.startsWith(SystemNames.RETRY)) {
            String group = name.substring(SystemNames.RETRY.length());
            return decide(who, source, ResourceKind.GROUP, group, sends ? SUB : wanted);
        }
        if (isTopic && name.startsWith(SystemNames.DEAD_LETTER)) {
            String group = name.substring(SystemNames.DEAD_LETTER.length());
            return sends
                    ? "nobody but the broker sends to a dead-letter topic"
                    : decide(who, source, ResourceKind.GROUP, group, wanted);
        }
        if (isTopic && name.equals(SystemNames.TRACE_TOPIC) && (wanted.bits() & PUB.bits()) != 0) {
            return null; // every user sends traces
        }
        return decide(who, source, kind, name, wanted);
    }

    private String decide(Identity who, InetAddress source, ResourceKind kind, String name, Actions wanted) {
        Verdict verdict = control.decide(who.account, kind, name, wanted, source);
        return verdict.allowed() ? null : verdict.reason();
    }

    /**
     * Why somebody may not have a request.
     *
     * @param request the request as its user knows it, in the refusal's text
     * @param names the names that a source stands for in the request; null where one that must be there is missing
     */
    public String refusal(
            Identity who, InetAddress source, String request, Permission permission,
            Function<String, List<String>> names) {
        if (permission.level() == Permission.Level.SUPER && !who.isSuper()) {
            return request + " is for super users, and " + who.name() + " is none";
        }
        for (Permission.Part part : permission.parts()) {
            List<String> found = found(part, names);
            if (found == null && !who.isSuper()) {
                return "the request has no field " + part.source();
            }
            for (String name : found == null ? List.<String>of() : found) {
                String refusal = refusal(who, source, part.kind(), name, wanted(part, name));
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
