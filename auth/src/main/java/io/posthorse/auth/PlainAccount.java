package io.posthorse.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An account of RocketMQ's access control 1.0, as in plain_acl.yml and {@code mqadmin updateAclConfig}.
 *
 * @param address the address to which it is bound; in RocketMQ it admits requests without a signature, here it only
 *     restricts
 * @param topicPerms entries {@code name=DENY}, {@code PUB}, {@code SUB} or {@code PUB|SUB}
 * @param groupPerms the same for groups, of which only SUB has a meaning
 */
public record PlainAccount(
        String name, Secret secret, String address, boolean admin, String defaultTopicPerm, String defaultGroupPerm,
        List<String> topicPerms, List<String> groupPerms) {
    private static final String NONE = "DENY";
    private static final Actions BOTH = Actions.of(Action.PUB, Action.SUB);

    /**
     * Returns the table with this account as user and rules, in place of a user with that name.
     *
     * @throws RefusedException where something in the account is invalid
     */
    public AccessTable in(AccessTable table) {
        Sources sources = address == null || address.isBlank() ? Sources.ANY : Sources.of(List.of(address));
        User.Kind kind = admin ? User.Kind.SUPER : User.Kind.NORMAL;
        User user = User.of(name, kind, true, secret == null ? null : secret.reveal(), sources);
        List<Rule> rules = new ArrayList<>();
        topicPerms.forEach(p -> named(ResourceKind.TOPIC, p, rules));
        groupPerms.forEach(p -> named(ResourceKind.GROUP, p, rules));
        standard(ResourceKind.TOPIC, defaultTopicPerm, rules);
        standard(ResourceKind.GROUP, defaultGroupPerm, rules);
        AccessTable changed = table.user(name) == null ? table.with(user) : table.changed(user);
        return changed.withRules(name, rules);
    }

    /** Adds the rules of an entry: an entry for a name overrides the default, so it denies what it does not allow. */
    private static void named(ResourceKind kind, String entry, List<Rule> rules) {
        int sign = entry.indexOf('=');
        if (sign < 1) {
            throw new RefusedException("the permission \"" + entry + "\" is not name=PUB, SUB, PUB|SUB or DENY");
        }
        Resource resource = Resource.literal(kind, entry.substring(0, sign).strip());
        Actions allowed = actions(entry.substring(sign + 1));
        if (allowed.bits() != 0) {
            rules.add(new Rule(false, resource, allowed, Sources.ANY, true));
        }
        rules.add(new Rule(false, resource, new Actions(Actions.ALL.bits() & ~allowed.bits()), Sources.ANY, false));
    }

    private static void standard(ResourceKind kind, String permission, List<Rule> rules) {
        Actions allowed = actions(permission == null ? NONE : permission);
        if (allowed.bits() != 0) {
            rules.add(new Rule(true, Resource.all(kind), allowed, Sources.ANY, true));
        }
    }

    private static Actions actions(String permission) {
        return switch (permission.strip().toUpperCase(Locale.ROOT)) {
            case "PUB" -> Actions.of(Action.PUB);
            case "SUB" -> Actions.of(Action.SUB);
            case "PUB|SUB", "SUB|PUB" -> BOTH;
            case NONE -> new Actions(0);
            default -> throw new RefusedException("\"" + permission.strip()
                    + "\" is not a permission; it must be DENY, PUB, SUB or PUB|SUB");
        };
    }
}
