package io.posthorse.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * The default directories of the scripts with RocketMQ's names: the same whatever the working directory is.
 *
 * @param data directory of brokers' and name servers' data, POSTHORSE_DATA or ~/posthorse
 * @param logs directory of brokers' and name servers' output, POSTHORSE_LOGS or ~/logs/rocketmqlogs as in RocketMQ
 */
record ScriptHome(Path data, Path logs) {
    static ScriptHome of(Map<String, String> environment) {
        Path user = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        String data = environment.get("POSTHORSE_DATA");
        String logs = environment.get("POSTHORSE_LOGS");
        return new ScriptHome(
                (data == null || data.isEmpty() ? user.resolve("posthorse") : Path.of(data)).toAbsolutePath(),
                (logs == null || logs.isEmpty() ? user.resolve("logs").resolve("rocketmqlogs") : Path.of(logs))
                        .toAbsolutePath());
    }

    /** Returns the setting of a data directory with a name. */
    String store(String name) {
        return "storePathRootDir=" + data.resolve(name);
    }

    /** Returns the directory of the run files of processes that the scripts started. */
    Path run() {
        return data.resolve("run");
    }
}
