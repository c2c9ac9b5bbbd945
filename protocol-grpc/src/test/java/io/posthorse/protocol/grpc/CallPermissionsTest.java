package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.posthorse.codec.grpc.MessagingMethods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of permissions contains every call of the protocol, and the documents contain the same table. */
class CallPermissionsTest {
    private static final Pattern ROW = Pattern.compile("\\| ([A-Z][a-zA-Z]+) \\| ((?:Topic|Group)\\(.*) \\|");

    @Test
    void everyCallOfTheProtocolHasAPermission() {
        assertEquals(
                MessagingMethods.service().getMethods().stream()
                        .map(m -> m.getBareMethodName()).collect(Collectors.toCollection(TreeSet::new)),
                CallPermissions.all().keySet());
        assertNull(CallPermissions.of("Other"));
    }

    @Test
    void theDocumentsOfBothLanguagesContainTheTable() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("ARCHITECTURE.md"))) {
            root = root.getParent();
        }
        Map<String, String> table = new TreeMap<>();
        CallPermissions.all().forEach((call, permission) -> table.put(call, permission.words().replace('|', '/')));
        for (String page : new String[] {"docs/access-control.md", "docs/access-control.zh-CN.md"}) {
            Map<String, String> documented = new TreeMap<>();
            for (String line : Files.readAllLines(root.resolve(page))) {
                Matcher row = ROW.matcher(line.replace("\\|", "/"));
                if (row.matches()) {
                    documented.put(row.group(1), row.group(2));
                }
            }
            assertEquals(table, documented, page);
        }
    }
}
