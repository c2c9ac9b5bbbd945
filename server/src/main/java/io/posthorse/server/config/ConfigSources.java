package io.posthorse.server.config;

import java.util.List;
import java.util.Map;

/**
 * Where a configuration comes from; later parts outrank earlier ones, and defaults come before all.
 *
 * @param fileName name of the properties file, as problems shall name it; null where there is none
 * @param fileText its text; null where there is none
 * @param environment environment variables, of which NAMESRV_ADDR counts
 * @param sets settings of the command line, each {@code key=value}
 * @param hostName name of this machine, from which a broker without a name takes its own; may be empty
 */
public record ConfigSources(
        String fileName, String fileText, Map<String, String> environment, List<String> sets, String hostName) {
    public ConfigSources {
        environment = Map.copyOf(environment);
        sets = List.copyOf(sets);
    }
}
