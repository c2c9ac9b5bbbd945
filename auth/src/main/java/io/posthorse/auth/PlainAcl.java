package io.posthorse.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The file of accounts of RocketMQ's access control 1.0, {@code plain_acl.yml}. Only plain YAML values are read, no types; a
 * file may have 1 MiB.
 *
 * @param table users and rules of the accounts
 * @param notes notes for the operator where the file has less effect here than in RocketMQ
 */
public record PlainAcl(AccessTable table, List<String> notes) {
    private static final List<String> KEYS = List.of(
            "accessKey", "secretKey", "whiteRemoteAddress", "admin", "defaultTopicPerm", "defaultGroupPerm", "topicPerms",
            "groupPerms");
    private static final int CHARS_MAX = 1 << 20;
    private static final int DEPTH_MAX = 10;
    private static final int ALIASES_MAX = 10;

    /**
     * Parses a file's text.
     *
     * @throws RefusedException where it is not such a file, or an account in it is invalid; says which and why
     */
    public static PlainAcl read(String fileName, String text) {
        Map<?, ?> root = map(fileName, parse(fileName, text));
        List<String> notes = new ArrayList<>();
        if (!texts(fileName, root.get("globalWhiteRemoteAddresses")).isEmpty()) {
            notes.add(fileName + ": globalWhiteRemoteAddresses is not used: in RocketMQ it admits these addresses without"
                    + " a signature, but here an address alone proves nothing");
        }
        AccessTable table = AccessTable.EMPTY;
        for (Object entry : list(fileName, root.get("accounts"))) {
            PlainAccount account = account(fileName, map(fileName, entry));
            if (table.user(account.name()) != null) {
                throw new RefusedException(fileName + ": account " + account.name() + " occurs twice");
            }
            if (account.address() != null && !account.address().isBlank()) {
                notes.add(fileName + ": account " + account.name() + ": whiteRemoteAddress " + account.address()
                        + " restricts: requests from elsewhere are refused, those from there need a signature too");
            }
            try {
                table = account.in(table);
            } catch (RefusedException e) {
                throw new RefusedException(fileName + ": account " + account.name() + ": " + e.getMessage());
            }
        }
        return new PlainAcl(table, List.copyOf(notes));
    }

    private static Object parse(String fileName, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(CHARS_MAX);
        options.setNestingDepthLimit(DEPTH_MAX);
        options.setMaxAliasesForCollections(ALIASES_MAX);
        options.setAllowDuplicateKeys(false);
        try {
            return new Yaml(new SafeConstructor(options)).load(text);
        } catch (YAMLException e) {
            // its message quotes the line, which may contain a secret
            throw new RefusedException(fileName + " is not a YAML file, or larger or deeper than an account file may be");
        }
    }

    private static PlainAccount account(String fileName, Map<?, ?> entry) {
        for (Object key : entry.keySet()) {
            if (!KEYS.contains(key)) {
                throw new RefusedException(fileName + ": account " + entry.get("accessKey") + ": " + key + " is not a key of"
                        + " an account; the keys are: " + String.join(", ", KEYS));
            }
        }
        String secret = text(entry.get("secretKey"));
        return new PlainAccount(
                text(entry.get("accessKey")),
                secret == null ? null : new Secret(secret),
                text(entry.get("whiteRemoteAddress")),
                Boolean.parseBoolean(text(entry.get("admin"))),
                text(entry.get("defaultTopicPerm")),
                text(entry.get("defaultGroupPerm")),
                texts(fileName, entry.get("topicPerms")),
                texts(fileName, entry.get("groupPerms")));
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }

    private static List<String> texts(String fileName, Object value) {
        return list(fileName, value).stream().map(PlainAcl::text).toList();
    }

    private static List<?> list(String fileName, Object value) {
        return switch (value) {
            case null -> List.of();
            case List<?> list -> list;
            default -> throw new RefusedException(fileName + " is not an account file: expected a list, but found a "
                    + value.getClass().getSimpleName());
        };
    }

    private static Map<?, ?> map(String fileName, Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new RefusedException(fileName + " is not an account file: expected accounts with accessKey and secretKey");
    }
}
