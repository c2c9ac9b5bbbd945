package io.posthorse.server;

import io.posthorse.server.config.ServerConfig;
import java.nio.file.Path;

/**
 * The location of a process's server log.
 *
 * @param file log file, one for each broker
 * @param alias link to the file of the process that was started last, or null
 */
public record LogPlace(Path file, Path alias) {
    private static final String DIRECTORY = "logs";

    /**
     * Returns the location in the data directory, unless a setting names another one; null where no file is to be written.
     */
    public static LogPlace inData(ServerConfig config) {
        if (!config.logging().isFile()) {
            return null;
        }
        String set = config.logging().directory();
        Path directory = set == null ? Path.of(config.storage().directory()).resolve(DIRECTORY) : Path.of(set);
        return new LogPlace(directory.resolve("server.log").toAbsolutePath(), null);
    }

    /**
     * Returns a location in a directory that several processes share, with a file name of the process's own.
     *
     * @param directory default directory, which a setting overrides
     * @param alias name that RocketMQ's users look for, such as {@code broker.log}
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
