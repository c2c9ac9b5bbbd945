package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.RequestCode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of permissions, and its equality with the tables in the documents. */
class PermissionsTest {
    private static final Pattern ROW = Pattern.compile("\\| ([0-9, ]+) \\| (super|signed|(?:Topic|Group|Cluster).*) \\|");
    /** Requests that only the broker sends, to clients. */
    private static final Pattern TO_CLIENTS = Pattern.compile(
            "CHECK_TRANSACTION_STATE|NOTIFY_.*|PUSH_REPLY_MESSAGE_TO_CLIENT|RESET_CONSUMER_CLIENT_OFFSET"
                    + "|GET_CONSUMER_STATUS_FROM_CLIENT");

    @Test
    void everyNamedRequestCodeHasAPermission() throws IllegalAccessException {
        for (Field field : RequestCode.class.getFields()) {
            int code = field.getInt(null);
            if (TO_CLIENTS.matcher(field.getName()).matches()) {
                assertNull(Permissions.of(code), field.getName());
            } else {
                assertNotNull(Permissions.of(code), field.getName());
            }
        }
        assertNull(Permissions.of(9_999));
    }

    @Test
    void documentsInBothLanguagesHaveTheTable() throws IOException {
        for (String page : new String[] {"docs/access-control.md", "docs/access-control.zh-CN.md"}) {
            Map<Integer, String> documented = new TreeMap<>();
            for (String line : Files.readAllLines(root().resolve(page))) {
                Matcher row = ROW.matcher(line.replace("\\|", "/"));
                if (row.matches()) {
                    for (String code : row.group(1).split(", ")) {
                        assertNull(documented.put(Integer.valueOf(code), row.group(2)), page + " " + code);
                    }
                }
            }
            Map<Integer, String> table = new TreeMap<>();
            Permissions.all().forEach((code, permission) -> table.put(code, permission.words().replace('|', '/')));
            assertEquals(table, documented, page);
        }
        assertTrue(Permissions.all().size() >= 130, "only " + Permissions.all().size());
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("ARCHITECTURE.md"))) {
            at = at.getParent();
        }
        return at;
    }
}
