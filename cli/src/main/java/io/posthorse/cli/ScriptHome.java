package io.posthorse.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where the scripts that are named as RocketMQ's keep things when nothing else is said: the same places from whatever
 * directory they are called.
 *
 * @param data of brokers and name servers, POSTHORSE_DATA or ~/posthorse
 * @param logs what brokers and name servers print, POSTHORSE_LOGS or ~/logs/rocketmqlogs as in RocketMQ
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

    /** The setting of a data directory of that name. */
    String store(String name) {
        return "storePathRootDir=" + data.resolve(name);
    }

    /** Where the processes that the scripts started are noted. */
    Path run() {
        return data.resolve("run");
    }
}
