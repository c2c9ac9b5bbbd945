package io.posthorse.server;

import io.posthorse.server.config.ServerConfig;
import java.nio.file.Path;

/**
 * Where a process writes its server log.
 *
 * @param file the file, one for each broker
 * @param alias another name that is to lead to the file of the process that was started last, or null
 */
public record LogPlace(Path file, Path alias) {
    private static final String DIRECTORY = "logs";

    /** In the data directory, unless a setting names another; null where there is to be no file. */
    public static LogPlace inData(ServerConfig config) {
        if (!config.logging().isFile()) {
            return null;
        }
        String set = config.logging().directory();
        Path directory = set == null ? Path.of(config.storage().directory()).resolve(DIRECTORY) : Path.of(set);
        return new LogPlace(directory.resolve("server.log").toAbsolutePath(), null);
    }

    /**
     * In a directory that several processes share, under a name of their own.
     *
     * @param directory where no setting names one
     * @param alias the name that RocketMQ's users look for, such as {@code broker.log}
     */
    public static LogPlace shared(ServerConfig config, Path directory, String name, String alias) {
        if (!config.logging().isFile()) {
            return null;
        }
        String set = config.logging().directory();
        Path parent = (set == null ? directory : Path.of(set)).toAbsolutePath();
        return new LogPlace(parent.resolve(name + ".log"), (name + ".log").equals(alias) ? null : parent.resolve(alias));
    }
}
