package io.posthorse.format.rocketmq;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.Account;
import io.posthorse.auth.Action;
import io.posthorse.auth.Actions;
import io.posthorse.auth.Resource;
import io.posthorse.auth.ResourceKind;
import io.posthorse.auth.User;
import io.posthorse.auth.Verdict;
import io.posthorse.broker.Broker;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;

/**
 * What users may do to topics and groups as RocketMQ names them, whichever protocol they speak: rules, and what no rule
 * can change about the broker's own topics. Used on the owner's thread.
 */
public final class Rights {
    private static final String TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC";
    private static final String SYSTEM = "RMQ_SYS_";
    private static final Actions PUB = Actions.of(Action.PUB);
    private static final Actions SUB = Actions.of(Action.SUB);
    private static final Actions CREATE = Actions.of(Action.CREATE);

    private final AccessControl access;
    private final Broker broker;
    private final String cluster;

    public Rights(AccessControl access, Broker broker, String cluster) {
        this.access = access;
        this.broker = broker;
        this.cluster = cluster;
    }

    /** Why a user whose signature is right is not let in all the same; null where it is. */
    public static String unwelcome(User user, InetAddress source) {
        if (!user.enabled()) {
            return "user " + user.name() + " is disabled";
        }
        if (!user.sources().contains(source)) {
            return "user " + user.name() + " may not come from " + source.getHostAddress() + ", only from "
                    + user.sources();
        }
        return null;
    }

    /** What is said of a signature that is wrong, and in the same words where there is no such user. */
    public static String mismatch(String user) {
        return "Check signature failed: there is no user with the access key " + printable(user)
                + ", or the secret key is wrong.";
    }

    /** What is said where a user's secret was guessed at too often from there. */
    public static String tooManyFailures(InetAddress source) {
        return "too many wrong signatures of this access key from " + source.getHostAddress() + ". Wait 10 seconds.";
    }

    /** A name from outside, as a log or an answer may have it. */
    public static String printable(String name) {
        return name.replaceAll("[^a-zA-Z0-9_.@%|+=-]", "?");
    }

    /** Decides on the resource that is really meant: the retry and dead-letter topics belong to their group. */
    public Verdict decide(Account account, InetAddress source, ResourceKind kind, String name, Actions wanted) {
        boolean sends = wanted.equals(PUB);
        if (kind == ResourceKind.TOPIC && name.startsWith(Destinations.RETRY)) {
            String group = name.substring(Destinations.RETRY.length());
            return access.decide(account, ResourceKind.GROUP, group, sends ? SUB : wanted, source);
        }
        if (kind == ResourceKind.TOPIC && name.startsWith(Destinations.DEAD_LETTER)) {
            String group = name.substring(Destinations.DEAD_LETTER.length());
            return sends
                    ? new Verdict(false, "nobody but the broker sends to a dead-letter topic")
                    : access.decide(account, ResourceKind.GROUP, group, wanted, source);
        }
        if (kind == ResourceKind.TOPIC && name.equals(TRACE_TOPIC) && (wanted.bits() & PUB.bits()) != 0) {
            return new Verdict(true, "every user sends traces");
        }
        if (kind == ResourceKind.TOPIC && sends && name.startsWith(SYSTEM)) {
            return new Verdict(false, "nobody but the broker sends to " + name);
        }
        return access.decide(account, kind, name, wanted, source);
    }

    /**
     * Why an account may not have a request; null where it may.
     *
     * @param request the request as its user knows it, in the refusal's text
     * @param names the names that a source stands for in the request; null where one that must be there is missing
     */
    public String refusal(
            Account account, InetAddress source, String request, Permission permission,
            Function<String, List<String>> names) {
        User user = account.user();
        if (permission.level() == Permission.Level.SUPER && !user.isSuper()) {
            return request + " is for super users, and " + user.name() + " is none";
        }
        for (Permission.Part part : permission.parts()) {
            List<String> found = found(part, names);
            if (found == null && !user.isSuper()) {
                return "the request has no field " + part.source();
            }
            for (String name : found == null ? List.<String>of() : found) {
                Verdict verdict = decide(account, source, part.kind(), name, wanted(part, name));
                if (!verdict.allowed()) {
                    return verdict.reason();
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
        boolean exists = part.kind() == ResourceKind.TOPIC ? broker.topic(name) != null : broker.subscription(name) != null;
        return exists ? part.any() : CREATE;
    }
}
