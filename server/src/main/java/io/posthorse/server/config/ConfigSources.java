package io.posthorse.server.config;

import java.util.List;
import java.util.Map;

/**
 * The sources of a configuration. Defaults come first, then the presets, the environment, the file and the settings of the
 * command line; each overrides those before it. The environment comes before the file as in RocketMQ: the variable is
 * usually set for tools, in a shell that may also start a broker with its own file.
 *
 * @param role type of the process
 * @param presets settings that the command itself makes, each {@code key=value}
 * @param fileName name of the properties file for messages; null where there is none
 * @param fileText its text; null where there is none
 * @param environment environment variables, of which NAMESRV_ADDR is used
 * @param sets settings of the command line, each {@code key=value}
 * @param hostName name of this machine, the default for the broker's name; may be empty
 * @param plainAcl path of a file of accounts in RocketMQ 4's form, at RocketMQ's place; null where there is none
 */
public record ConfigSources(
        Role role, List<String> presets, String fileName, String fileText, Map<String, String> environment,
        List<String> sets, String hostName, String plainAcl) {
    /** The type of a process. */
    public enum Role {
        /** A broker, with or without a name server beside it. */
        BROKER,
        /** A name server without a broker. */
        NAME_SERVER
    }

    public ConfigSources {
        presets = List.copyOf(presets);
        environment = Map.copyOf(environment);
        sets = List.copyOf(sets);
    }

    /** Creates sources for a broker, without presets. */
    public ConfigSources(
            String fileName, String fileText, Map<String, String> environment, List<String> sets, String hostName) {
        this(Role.BROKER, List.of(), fileName, fileText, environment, sets, hostName, null);
    }

    /** Creates sources without a file of accounts. */
    public ConfigSources(
            Role role, List<String> presets, String fileName, String fileText, Map<String, String> environment,
            List<String> sets, String hostName) {
        this(role, presets, fileName, fileText, environment, sets, hostName, null);
    }

    /** Returns the text of a properties file in any encoding. */
    public static String text(byte[] file) {
        return PropertiesText.decode(file);
    }
}
