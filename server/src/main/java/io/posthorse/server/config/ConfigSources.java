package io.posthorse.server.config;

import java.util.List;
import java.util.Map;

/**
 * Where a configuration comes from. Defaults come first, then the presets, the environment, the file and the settings of
 * the command line; each outranks those before it. The environment comes before the file as in RocketMQ: the variable is
 * set for tools as a rule, in a shell from which a broker with a file of its own may be started too.
 *
 * @param role what the configuration is for
 * @param presets settings that the command brings along, each {@code key=value}
 * @param fileName name of the properties file, as problems shall name it; null where there is none
 * @param fileText its text; null where there is none
 * @param environment environment variables, of which NAMESRV_ADDR counts
 * @param sets settings of the command line, each {@code key=value}
 * @param hostName name of this machine, from which a broker without a name takes its own; may be empty
 * @param plainAcl path of a file of accounts in RocketMQ 4's form, where RocketMQ looks for it; null where none is
 */
public record ConfigSources(
        Role role, List<String> presets, String fileName, String fileText, Map<String, String> environment,
        List<String> sets, String hostName, String plainAcl) {
    /** What a process is. */
    public enum Role {
        /** A broker, with or without a name server beside it. */
        BROKER,
        /** A name server alone. */
        NAME_SERVER
    }

    public ConfigSources {
        presets = List.copyOf(presets);
        environment = Map.copyOf(environment);
        sets = List.copyOf(sets);
    }

    /** Sources for a broker, of a command that presets nothing. */
    public ConfigSources(
            String fileName, String fileText, Map<String, String> environment, List<String> sets, String hostName) {
        this(Role.BROKER, List.of(), fileName, fileText, environment, sets, hostName, null);
    }

    /** Sources without a file of accounts. */
    public ConfigSources(
            Role role, List<String> presets, String fileName, String fileText, Map<String, String> environment,
            List<String> sets, String hostName) {
        this(role, presets, fileName, fileText, environment, sets, hostName, null);
    }

    /** The text of a properties file, whatever its encoding. */
    public static String text(byte[] file) {
        return PropertiesText.decode(file);
    }
}
