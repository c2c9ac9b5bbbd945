package io.posthorse.access;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.Actions;
import io.posthorse.auth.PlainAccount;
import io.posthorse.auth.RefusedException;
import io.posthorse.auth.Resource;
import io.posthorse.auth.Rule;
import io.posthorse.auth.Secret;
import io.posthorse.auth.Sources;
import io.posthorse.auth.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Users and rules as tools see and change them, in RocketMQ's words. Callers must have checked permissions before. A change
 * is in force once it is on the disk. Used on the owner's thread.
 */
public final class Accounts {
    private static final String CUSTOM = "Custom";
    private static final String STANDARD = "Default";
    private static final String USER = "User:";

    private final AccessControl control;
    private final AccessPolicy policy;

    Accounts(AccessControl control, AccessPolicy policy) {
        this.control = control;
        this.policy = policy;
    }

    /** The kind of a refusal, for protocols that have codes for it. */
    public enum Problem {
        NOT_VALID,
        NO_SUCH_USER,
        NO_SUCH_RULE,
        /** It failed, and may succeed later. */
        FAILED
    }

    /** The reason why something was not changed, and what to do. */
    public record Refusal(Problem problem, String text) {
        static Refusal of(RuntimeException cause) {
            Problem problem = !(cause instanceof RefusedException refused) ? Problem.FAILED : switch (refused.kind()) {
                case NOT_VALID -> Problem.NOT_VALID;
                case NO_SUCH_USER -> Problem.NO_SUCH_USER;
                case NO_SUCH_RULE -> Problem.NO_SUCH_RULE;
            };
            return new Refusal(problem, cause.getMessage());
        }
    }

    /** A listener for the outcome of a change. */
    public interface Done {
        /**
         * Takes the outcome.
         *
         * @param refusal null where the change is in force
         */
        void accept(Refusal refusal);
    }

    /**
     * A user.
     *
     * @param secret supplies the secret, which only super users may see
     */
    public record UserView(String name, boolean isSuper, boolean isEnabled, Supplier<String> secret) {
        private static UserView of(User user) {
            return new UserView(user.name(), user.isSuper(), user.enabled(), user.secret()::reveal);
        }
    }

    /**
     * One rule of a user, in words.
     *
     * @param policy {@code Custom}, or {@code Default} for one that counts only where no custom rule matches
     * @param resource such as {@code Topic:orders*}
     * @param actions such as {@code Pub}
     * @param sources addresses; empty means from everywhere
     * @param decision {@code Allow} or {@code Deny}
     */
    public record RuleView(String policy, String resource, List<String> actions, List<String> sources, String decision) {
        private static RuleView of(Rule rule) {
            return new RuleView(rule.standard() ? STANDARD : CUSTOM, rule.resource().toString(), rule.actions().words(),
                    rule.sources().isAny() ? List.of() : rule.sources().texts(), rule.allow() ? "Allow" : "Deny");
        }

        private Rule rule() {
            boolean allow = "Allow".equalsIgnoreCase(decision);
            if (!allow && !"Deny".equalsIgnoreCase(decision)) {
                throw new RefusedException("The decision is null or illegal.");
            }
            return new Rule(
                    isStandard(policy), Resource.parse(resource), Actions.parse(actions), Sources.of(sources), allow);
        }
    }

    private static boolean isStandard(String policy) {
        if (!CUSTOM.equalsIgnoreCase(policy) && !STANDARD.equalsIgnoreCase(policy)) {
            throw new RefusedException("The policy type " + policy + " is neither Custom nor Default.");
        }
        return STANDARD.equalsIgnoreCase(policy);
    }

    // ---- reading

    /** Returns the user with that name, or null. */
    public UserView user(String name) {
        User user = control.table().user(name);
        return user == null ? null : UserView.of(user);
    }

    /** Returns all users, by name. */
    public List<UserView> users() {
        return control.table().users().values().stream().map(UserView::of).toList();
    }

    /**
     * Returns the rules of a subject, in the order in which they were created.
     *
     * @throws IllegalArgumentException where the subject is not {@code User:name}
     */
    public List<RuleView> rules(String subject) {
        try {
            return control.table().rules(userOf(subject)).stream().map(RuleView::of).toList();
        } catch (RefusedException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Returns the rules of all users that have rules, by subject. */
    public Map<String, List<RuleView>> rules() {
        Map<String, List<RuleView>> all = new LinkedHashMap<>();
        control.table().rules().forEach((user, rules) -> all.put(USER + user, rules.stream().map(RuleView::of).toList()));
        return all;
    }

    /** Returns how many times users and rules were written. */
    public long generation() {
        return control.generation();
    }

    private static String userOf(String subject) {
        if (!subject.regionMatches(true, 0, USER, 0, USER.length()) || subject.length() == USER.length()) {
            throw new RefusedException("The subject " + subject + " is not User:name.");
        }
        return subject.substring(USER.length());
    }

    // ---- changes

    /**
     * Creates a user.
     *
     * @param kind {@code Super} or {@code Normal}; null for normal
     * @param status {@code enable} or {@code disable}; null for enabled
     */
    public void createUser(Origin from, String name, String kind, String status, String password, Done done) {
        change(from, name, table -> {
            if (table.user(name) != null) {
                throw new RefusedException("The user is existed: " + name);
            }
            return table.with(User.of(name, kind(kind, User.Kind.NORMAL), enabled(status, true), required(password)));
        }, done);
    }

    /** Changes a user; null values, and an empty password, leave the present ones. */
    public void updateUser(Origin from, String name, String kind, String status, String password, Done done) {
        change(from, name, table -> {
            User old = table.require(name);
            return table.changed(old.changed(kind(kind, old.kind()), enabled(status, old.enabled()),
                    password == null || password.isEmpty() ? old.secret().reveal() : required(password)));
        }, done);
    }

    /** Deletes a user and its rules. */
    public void deleteUser(Origin from, String name, Done done) {
        change(from, name, table -> {
            table.require(name);
            return table.without(name);
        }, done);
    }

    /** Adds rules to a subject; each replaces the one with the same policy and resource. */
    public void putRules(Origin from, String subject, List<RuleView> rules, Done done) {
        changeRules(from, subject, user -> table -> {
            if (rules.isEmpty()) {
                throw new RefusedException("The policies is empty.");
            }
            List<Rule> parsed = new ArrayList<>();
            rules.forEach(rule -> parsed.add(rule.rule()));
            AccessTable changed = table;
            for (Rule rule : parsed) {
                changed = changed.withRule(user, rule);
            }
            return changed;
        }, done);
    }

    /**
     * Deletes rules of a subject.
     *
     * @param resource resource of the rules; empty for any
     * @param policy policy of the rules; empty for both
     */
    public void deleteRules(Origin from, String subject, String resource, String policy, Done done) {
        changeRules(from, subject, user -> table -> {
            Boolean standard = policy.isEmpty() ? null : isStandard(policy);
            table.require(user);
            return resource.isEmpty()
                    ? table.withRules(user, table.rules(user).stream()
                            .filter(rule -> standard != null && rule.standard() != standard)
                            .toList())
                    : table.withoutRules(user, Resource.parse(resource), standard);
        }, done);
    }

    /**
     * Creates a user from an account of RocketMQ's access control 1.0, or replaces the one with its name.
     *
     * @param properties returns the account's properties by their names in plain_acl.yml; lists have commas; null for
     *     missing ones
     */
    public void putPlainAccount(Origin from, String name, UnaryOperator<String> properties, Done done) {
        String secret = properties.apply("secretKey") == null ? "" : properties.apply("secretKey");
        change(from, name, table -> new PlainAccount(
                name,
                new Secret(required(secret)),
                properties.apply("whiteRemoteAddress"),
                "true".equals(properties.apply("admin")),
                properties.apply("defaultTopicPerm"),
                properties.apply("defaultGroupPerm"),
                list(properties.apply("topicPerms")),
                list(properties.apply("groupPerms"))).in(table), done);
    }

    /** Returns the password, or refuses it where it is too short. */
    private String required(String password) {
        if (policy.problem(password) != null) {
            throw new RefusedException(policy.problem(password));
        }
        return password;
    }

    private static List<String> list(String texts) {
        return texts == null || texts.isBlank() ? List.of() : List.of(texts.split(","));
    }

    private interface RuleChange {
        UnaryOperator<AccessTable> of(String user);
    }

    private void changeRules(Origin from, String subject, RuleChange change, Done done) {
        String user;
        try {
            user = userOf(subject);
        } catch (RefusedException e) {
            done.accept(Refusal.of(e));
            return;
        }
        change(from, user, change.of(user), done);
    }

    private void change(Origin from, String user, UnaryOperator<AccessTable> change, Done done) {
        if (!from.isPrivate()) {
            done.accept(new Refusal(Problem.NOT_VALID, "Users and rules can be changed over TLS only, or on the broker's own"
                    + " machine: a signature proves who signed, but others who can read the request can repeat it. Start the"
                    + " tool with -Dtls.enable=true, or on that machine."));
        } else if (control.isFixed(user)) {
            done.accept(new Refusal(Problem.NOT_VALID, "user " + user + " is in the file of accounts that this"
                    + " broker was started with (auth.plain.acl): change it there and restart"));
        } else {
            control.change(change, e -> done.accept(e == null ? null : Refusal.of(e)));
        }
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
}
