package io.posthorse.server.config;

import java.util.stream.Collectors;

/** The text of docs/configuration.md, generated from the declarations of the settings. */
public final class ConfigurationDoc {
    private static final String HEAD = """
            # Configuration

            This file is generated from the declarations in `io.posthorse.server.config.Settings`; a test compares the
            two. To generate it again:
            `mvn -q -pl server -am test -Dtest=ConfigurationDocTest -Dsurefire.failIfNoSpecifiedTests=false \
            -Dposthorse.docs.write=true`

            The server starts without any setting. Settings come from these sources; later ones override earlier ones:

            1. the defaults below,
            2. the environment variable `NAMESRV_ADDR`,
            3. a properties file, as RocketMQ has it and Java reads it,
            4. `--set key=value` on the command line.

            Keys that RocketMQ has too keep RocketMQ's name. Invalid values, settings that do not fit together and keys
            that are close to one of these prevent the start with exit code 2; all of them are reported at once with
            file and line. Other unknown keys in a file are reported and ignored, and amounts beyond their limits are
            replaced by the nearest limit. Keys of RocketMQ that have no meaning here are accepted and reported with
            the reason.

            A name server without a broker (`bin/posthorse nameserver`, [scripts](scripts.md)) uses the keys of Listening
            that are not a broker's or gRPC's, `storePathRootDir`, `connections.max`, `connection.idle.seconds`, and those
            of the server log; keys of a broker are reported and ignored.

            Keys marked (live) may also be changed while the server runs, with `mqadmin updateBrokerConfig`; see
            [administration](administration.md). Such a change is stored in the data directory and overrides all of the
            above until the key is set to an empty value.
            """;

    private ConfigurationDoc() {}

    /** Returns the complete text. */
    public static String text() {
        StringBuilder text = new StringBuilder(HEAD);
        String section = "";
        for (Setting<?> setting : Settings.ALL) {
            if (!setting.section().equals(section)) {
                section = setting.section();
                text.append("\n## ").append(section).append("\n\n");
                text.append("| key | default | unit | value | meaning |\n|---|---|---|---|---|\n");
            }
            text.append(row(setting));
        }
        text.append("\n## Accepted and ignored\n\n| keys | reason |\n|---|---|\n");
        for (IgnoredKeys.Family family : IgnoredKeys.FAMILIES) {
            text.append(row(family));
        }
        return text.toString();
    }

    private static String row(Setting<?> setting) {
        String name = code(setting.name());
        if (!setting.aliases().isEmpty()) {
            name += " (also " + setting.aliases().stream()
                    .map(ConfigurationDoc::code)
                    .collect(Collectors.joining(", ")) + ")";
        }
        String standard = setting.defaultText().isEmpty() ? "" : code(setting.defaultText());
        String meaning = setting.sentence()
                + (setting.live() ? " (live)" : "");
        return "| " + name + " | " + standard + " | " + setting.unit() + " | " + cell(setting.kind().due()) + " | "
                + cell(meaning) + " |\n";
    }

    private static String row(IgnoredKeys.Family family) {
        String keys = family.names().stream().map(ConfigurationDoc::code).collect(Collectors.joining(", "));
        if (family.pattern() != null) {
            keys += (keys.isEmpty() ? "" : ", ") + "all that match " + cell(code(family.pattern().pattern()));
        }
        String only = family.onlyValue() == null ? "" : family.onlyValue().isEmpty()
                ? " (only without a value)"
                : " (only with the value " + code(family.onlyValue()) + ")";
        return "| " + keys + only + " | " + family.reason() + " |\n";
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    /** Escapes bars, which would end a cell of a table. */
    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
