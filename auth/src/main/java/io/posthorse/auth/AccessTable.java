package io.posthorse.auth;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All users and their rules at one moment. Changes create a new table. Limits: {@link #USERS_MAX} users, {@link #RULES_MAX}
 * rules of one user.
 *
 * @param rules rules by user name; a user without rules has no entry
 */
public record AccessTable(Map<String, User> users, Map<String, List<Rule>> rules) {
    public static final int USERS_MAX = 10_000;
    public static final int RULES_MAX = 1_000;
    public static final AccessTable EMPTY = new AccessTable(Map.of(), Map.of());

    public AccessTable {
        users = Collections.unmodifiableMap(new TreeMap<>(users));
        rules = Collections.unmodifiableMap(new TreeMap<>(rules));
    }

    /** Returns the user with that name, or null. */
    public User user(String name) {
        return name == null ? null : users.get(name);
    }

    /** Returns a user's rules, in the order in which they were created. */
    public List<Rule> rules(String user) {
        return rules.getOrDefault(user, List.of());
    }

    /**
     * Decides whether a user may do any of some actions.
     *
     * @param name name of the resource, or {@link Resource#ALL} for all of the kind
     */
    public Verdict decide(User user, ResourceKind kind, String name, Actions wanted, InetAddress source) {
        if (!user.enabled()) {
            return new Verdict(false, "user " + user.name() + " is disabled");
        }
        if (user.isSuper()) {
            return new Verdict(true, "user " + user.name() + " is a super user");
        }
        String reason = "no rule of user " + user.name() + " allows " + String.join(" or ", wanted.words()) + " on "
                + kind.word() + ":" + name + " from " + source.getHostAddress();
        for (Action action : Action.values()) {
            Actions one = Actions.of(action);
            Rule best = one.meets(wanted) ? best(user, kind, name, one, source) : null;
            if (best != null && best.allow()) {
                return new Verdict(true, "rule \"" + best + "\" of user " + user.name());
            }
            if (best != null) {
                reason = "rule \"" + best + "\" of user " + user.name();
            }
        }
        return new Verdict(false, reason);
    }

    private Rule best(User user, ResourceKind kind, String name, Actions wanted, InetAddress source) {
        Rule best = null;
        for (Rule rule : rules(user.name())) {
            if (rule.matches(kind, name, wanted, source) && (best == null || rule.compare(best) < 0)) {
                best = rule;
            }
        }
        return best;
    }

    /** Returns the table with a user, who is new or replaces the one with the same name. */
    public AccessTable with(User user) {
        if (users.size() >= USERS_MAX && !users.containsKey(user.name())) {
            throw new RefusedException("the limit of " + USERS_MAX + " users is reached");
        }
        Map<String, User> changed = new TreeMap<>(users);
        changed.put(user.name(), user);
        return new AccessTable(changed, rules);
    }

    /**
     * Returns the table without a user and its rules. The last super user cannot be removed, since it is needed to manage
     * users.
     */
    public AccessTable without(String user) {
        Map<String, User> changed = new TreeMap<>(users);
        User gone = changed.remove(user);
        if (gone != null && gone.isSuper()) {
            requireSuper(changed, user);
        }
        Map<String, List<Rule>> left = new TreeMap<>(rules);
        left.remove(user);
        return new AccessTable(changed, left);
    }

    private static void requireSuper(Map<String, User> users, String changed) {
        if (users.values().stream().noneMatch(u -> u.isSuper() && u.enabled())) {
            throw new RefusedException(changed + " is the last super user that is enabled; create another one first");
        }
    }

    /** Returns the table with a user in place of the one with the same name, who must exist. */
    public AccessTable changed(User user) {
        require(user.name());
        AccessTable table = with(user);
        requireSuper(table.users, user.name());
        return table;
    }

    /** Returns the table with these rules of a user in place of the present ones. */
    public AccessTable withRules(String user, List<Rule> all) {
        require(user);
        if (all.size() > RULES_MAX) {
            throw new RefusedException("a user may have at most " + RULES_MAX + " rules");
        }
        Map<String, List<Rule>> changed = new TreeMap<>(rules);
        if (all.isEmpty()) {
            changed.remove(user);
        } else {
            changed.put(user, List.copyOf(all));
        }
        return new AccessTable(users, changed);
    }

    /** Returns the table with a rule of a user; it replaces the one of the same kind about the same resource. */
    public AccessTable withRule(String user, Rule rule) {
        List<Rule> all = new ArrayList<>(rules(user));
        all.removeIf(r -> r.standard() == rule.standard() && r.resource().equals(rule.resource()));
        all.add(rule);
        return withRules(user, all);
    }

    /** Returns the table without a user's rules about a resource; of both kinds where {@code standard} is null. */
    public AccessTable withoutRules(String user, Resource resource, Boolean standard) {
        List<Rule> all = new ArrayList<>(rules(user));
        boolean found = all.removeIf(r -> r.resource().equals(resource)
                && (standard == null || r.standard() == standard));
        if (!found) {
            throw new RefusedException(RefusedException.Kind.NO_SUCH_RULE, "The acl is not exist: user " + user
                    + " has no rule about " + resource + ".");
        }
        return withRules(user, all);
    }

    /** Returns the user with that name, who must exist. */
    public User require(String name) {
        User user = user(name);
        if (user == null) {
            throw new RefusedException(RefusedException.Kind.NO_SUCH_USER, "The user is not exist: " + name);
        }
        return user;
    }
}
