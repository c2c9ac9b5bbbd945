package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every request code with every role on a running server; the expected results are computed from the documents. */
class AccessMatrixTest {
    private static final Pattern ROW = Pattern.compile("\\| ([0-9, ]+) \\| (super|signed|(?:Topic|Group|Cluster).*) \\|");
    private static final Pattern PART = Pattern.compile("(Topic|Group|Cluster)(?:\\(([^)]+)\\))? ([A-Za-z/]+)");
    private static final Pattern DOCUMENTED = Pattern.compile("\\| (\\d+)(?:-(\\d+))? \\| [^|]+ \\| (yes|differs|no) .*");
    private static final int ROUTE = 105;
    private static final int DENIED = 16;

    private static final String BODY = """
            {"consumerDataSet":[{"groupName":"G","subscriptionDataSet":[{"topic":"T","subString":"*"}]}],\
            "mqSet":[{"topic":"T","queueId":0}],"consumerGroup":"G","topicConfigList":[{"topicName":"T"}],\
            "groupConfigList":[{"groupName":"G"}],"groupName":"G","group":"G","clientID":"c","topic":"T",\
            "subscriptionData":{"topic":"T"},"acks":[{"c":"G","t":"T","q":0}]}""";

    @TempDir
    Path directory;

    private final Map<String, String> fields = new HashMap<>();

    /** The permissions of a role: actions on topic T and on group G. */
    private record Role(String name, Set<String> topic, Set<String> group) {
        boolean may(String words) {
            return !words.equals("super")
                    && (words.equals("signed") || List.of(words.split(", ")).stream().allMatch(this::has));
        }

        private boolean has(String text) {
            Matcher part = PART.matcher(text);
            assertTrue(part.matches(), text);
            if ("*".equals(part.group(2)) || "@newGroup".equals(part.group(2))) {
                return "@newGroup".equals(part.group(2)); // G is not a new group
            }
            Set<String> owned = part.group(1).equals("Topic") ? topic : part.group(1).equals("Group") ? group : Set.of();
            return List.of(part.group(3).split("/")).stream().anyMatch(owned::contains);
        }
    }

    @Test
    void secT07EveryCodeWithEveryRole() throws IOException {
        Map<Integer, String> table = table();
        List<String> unexpected = new ArrayList<>();
        int cases = 0;
        try (Users users = Users.start(directory)) {
            users.user("pub", "Topic:T Pub Allow").user("sub", "Topic:T Sub Allow", "Group:G Sub Allow").user("none");
            prepare(users.root());
            List<Role> roles = List.of(
                    new Role("none", Set.of(), Set.of()),
                    new Role("pub", Set.of("Pub"), Set.of()),
                    new Role("sub", Set.of("Sub"), Set.of("Sub")));
            for (int code : table.keySet()) {
                for (Role role : roles) {
                    boolean due = code == ROUTE || role.may(table.get(code));
                    check(users.client(role.name()), code, due, role.name(), unexpected);
                    cases++;
                }
                check(users.broker().client(), code, false, "anonymous", unexpected);
                cases++;
            }
            for (int code : table.keySet()) {
                check(users.root(), code, true, "super", unexpected);
                cases++;
            }
            for (int code : new int[] {0, 1, 9, 39, 40, 44, 220, 307 + 1_000, 6_000, 30_000, 30_004, 65_535, 200_069, -1}) {
                check(users.root(), code, false, "super, of an unknown code,", unexpected);
            }
        }
        assertEquals(List.of(), unexpected);
        assertTrue(cases >= 650, "only " + cases);
    }

    private void prepare(RawClient root) {
        Frame sent = root.ask(SEND_SHORT, shortSend("T", 0, ""), text("x"));
        Frame group = root.ask(200, Map.of(), text("{\"groupName\":\"G\"}"));
        assertEquals(0, sent.code() + group.code(), sent.remark());
        Frame prepared = root.ask(SEND_SHORT, transaction(), text("x"));
        assertEquals(0, prepared.code(), prepared.remark());
        String id = sent.field("msgId");
        for (String name : new String[] {"topic", "b"}) {
            fields.put(name, "T");
        }
        for (String name : new String[] {"consumerGroup", "group", "groupName", "compareGroup", "filterGroups", "srcGroup",
                "destGroup"}) {
            fields.put(name, "G");
        }
        fields.putAll(Map.of(
                "msgId", id, "offset", "" + Long.parseLong(id.substring(id.length() - 16), 16), "queueId", "0",
                "tranStateTableOffset", prepared.field("queueOffset"), "username", "nobody", "subject", "User:nobody",
                "accessKey", "nobody", "clientId", "c", "e", "0"));
        fields.putAll(Map.of("queueOffset", "0", "clientID", "c", "namespace", "N", "key", "K", "id", "77"));
    }

    private static Map<String, String> transaction() {
        Map<String, String> send = shortSend("T", 0, "TRAN_MSG\u0001true\u0002PGROUP\u0001P\u0002UNIQ_KEY\u0001u\u0002");
        send.put("f", "4");
        return send;
    }

    private void check(RawClient client, int code, boolean due, String role, List<String> unexpected) {
        Frame answer = client.ask(code, fields, text(BODY));
        boolean refused = String.valueOf(answer.remark()).startsWith("No permission: ");
        if (refused && answer.code() != DENIED) {
            unexpected.add(code + " is refused with " + answer.code());
        }
        if (refused == due) {
            unexpected.add(code + " as " + role + ": " + answer.code() + " " + answer.remark());
        }
        client.close();
    }

    private static Map<Integer, String> table() throws IOException {
        Map<Integer, String> table = new TreeMap<>();
        for (String line : Files.readAllLines(root().resolve("docs/access-control.md"))) {
            Matcher row = ROW.matcher(line.replace("\\|", "/"));
            if (row.matches()) {
                for (String code : row.group(1).split(", ")) {
                    table.put(Integer.valueOf(code), row.group(2));
                }
            }
        }
        for (String line : Files.readAllLines(root().resolve("docs/protocols/rocketmq.md"))) {
            Matcher row = DOCUMENTED.matcher(line);
            if (row.matches()) {
                int last = Integer.parseInt(row.group(2) == null ? row.group(1) : row.group(2));
                for (int code = Integer.parseInt(row.group(1)); code <= last; code++) {
                    assertTrue(table.containsKey(code), "request code " + code + " has no permission");
                }
            }
        }
        return table;
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("ARCHITECTURE.md"))) {
            at = at.getParent();
        }
        return at;
    }
}
