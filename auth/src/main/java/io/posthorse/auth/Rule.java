package io.posthorse.auth;

import java.net.InetAddress;

/**
 * One of a user's rules.
 *
 * @param standard whether it counts only where no other rule matches (RocketMQ's policy type Default)
 * @param sources addresses from which the request must come for the rule to count
 * @param allow whether it allows or denies
 */
public record Rule(boolean standard, Resource resource, Actions actions, Sources sources, boolean allow) {
    boolean matches(ResourceKind kind, String name, Actions wanted, InetAddress source) {
        return actions.meets(wanted) && resource.covers(kind, name) && sources.contains(source);
    }

    /**
     * Returns a negative number where this rule takes precedence over the other: the more specific one, and a denial over an
     * approval.
     */
    int compare(Rule other) {
        if (standard != other.standard) {
            return standard ? 1 : -1;
        }
        int bySpecificity = resource.compare(other.resource);
        return bySpecificity != 0 ? bySpecificity : allow == other.allow ? 0 : allow ? 1 : -1;
    }

    @Override
    public String toString() {
        return (allow ? "Allow " : "Deny ") + actions + " on " + resource + (sources.isAny() ? "" : " from " + sources)
                + (standard ? " (default)" : "");
    }
}
