package io.posthorse.auth;

import java.net.InetAddress;

/**
 * One entry of a user's rules.
 *
 * @param standard whether it counts only where no other rule matches (RocketMQ's policy type Default)
 * @param sources where the request must come from for the rule to count
 * @param allow whether it allows or denies
 */
public record Rule(boolean standard, Resource resource, Actions actions, Sources sources, boolean allow) {
    boolean matches(ResourceKind kind, String name, Actions wanted, InetAddress source) {
        return actions.meets(wanted) && resource.covers(kind, name) && sources.contains(source);
    }

    /** Negative where this rule decides before the other: the more exact one, and a denial before an approval. */
    int compare(Rule other) {
        if (standard != other.standard) {
            return standard ? 1 : -1;
        }
        int exactness = resource.compare(other.resource);
        return exactness != 0 ? exactness : allow == other.allow ? 0 : allow ? 1 : -1;
    }

    @Override
    public String toString() {
        return (allow ? "Allow " : "Deny ") + actions + " on " + resource + (sources.isAny() ? "" : " from " + sources)
                + (standard ? " (default)" : "");
    }
}
