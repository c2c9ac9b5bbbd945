package io.posthorse.server.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The levels of the server log: of all areas, and of single ones.
 *
 * @param all level of the areas that are not named
 * @param areas levels by area
 */
public record LogLevels(Level all, Map<String, Level> areas) {
    /** The setting that contains them. */
    public static final String KEY = "log.level";
    /** The default value of the setting. */
    public static final String STANDARD = "INFO";
    private static final String AUDIT = "audit";
    private static final String CLUSTER = "cluster";
    /** The library of the cluster: it logs below WARN what is for those who look for a fault in it. */
    private static final String ENGINE = "org.apache.ratis";
    private static final String OURS = "io.posthorse";
    /** The packages of each area. */
    private static final Map<String, List<String>> AREAS = new TreeMap<>(Map.of(
            "access", List.of("access", "auth"), AUDIT, List.of("audit"), "broker", List.of("broker", "log"),
            CLUSTER, List.of("replication"), "grpc", List.of("protocol.grpc"), "jms", List.of("protocol.openwire"),
            "nameserver", List.of("nameserver"), "net", List.of("net"), "remoting", List.of("protocol.rocketmq"),
            "server", List.of("server")));
    private static final Map<String, Level> LEVELS = Map.of(
            "OFF", Level.OFF, "ERROR", Level.SEVERE, "WARN", Level.WARNING, "INFO", Level.INFO, "DEBUG", Level.FINE,
            "TRACE", Level.FINEST);
    /** Held, since Java drops the settings of loggers that are not referenced. */
    private static final Map<String, Logger> LOGGERS = new HashMap<>();

    public LogLevels {
        areas = Map.copyOf(areas);
    }

    /**
     * Parses a level, optionally followed by those of areas: {@code INFO,net=DEBUG}.
     *
     * @throws IllegalArgumentException where a level or an area is unknown
     */
    public static LogLevels of(String text) {
        List<String> parts = new ArrayList<>(Arrays.asList(text.split(",", -1)));
        boolean hasAll = parts.getFirst().indexOf('=') < 0;
        Level all = hasAll ? level(parts.removeFirst()) : Level.INFO;
        Map<String, Level> areas = new HashMap<>();
        for (String part : parts) {
            int sign = part.indexOf('=');
            String area = sign < 0 ? part.strip() : part.substring(0, sign).strip();
            if (sign < 0 || !AREAS.containsKey(area)) {
                throw new IllegalArgumentException("\"" + area + "\" is not an area; " + due() + " is expected");
            }
            areas.put(area, level(part.substring(sign + 1)));
        }
        return new LogLevels(all, areas);
    }

    /** Returns the problem of a text; null where it is valid. */
    public static String problem(String text) {
        try {
            of(text);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /**
     * Says what is wrong with a text that comes over the network; null where nothing is. Nobody may make the server log
     * silent from there: warnings are written in any case, and so is who changes what.
     */
    public static String remoteProblem(String text) {
        String problem = problem(text);
        if (problem != null) {
            return problem;
        }
        LogLevels wanted = of(text);
        boolean hasWarnings = Stream.concat(Stream.of(wanted.all), wanted.areas.values().stream())
                .allMatch(level -> level.intValue() <= Level.WARNING.intValue());
        boolean hasAudit = wanted.areas.getOrDefault(AUDIT, wanted.all).intValue() <= Level.INFO.intValue();
        return hasWarnings && hasAudit
                ? null
                : "over the network no area can be set below WARN, nor audit below INFO (WARN,audit=INFO is the least); set"
                        + " it in the configuration file and restart";
    }

    static String due() {
        return "OFF, ERROR, WARN, INFO, DEBUG or TRACE, optionally followed by levels of areas as in INFO,net=DEBUG; the"
                + " areas are " + String.join(", ", AREAS.keySet());
    }

    private static Level level(String text) {
        Level level = LEVELS.get(text.strip().toUpperCase(Locale.ROOT));
        if (level == null) {
            throw new IllegalArgumentException("\"" + text.strip() + "\" is not a level; " + due() + " is expected");
        }
        return level;
    }

    /** Applies the levels to the whole process; of libraries only that of the cluster has one. */
    public void apply() {
        synchronized (LOGGERS) {
            LOGGERS.computeIfAbsent(OURS, Logger::getLogger).setLevel(all);
            AREAS.forEach((area, packages) -> packages.forEach(name -> LOGGERS
                    .computeIfAbsent(OURS + "." + name, Logger::getLogger).setLevel(areas.get(area))));
            LOGGERS.computeIfAbsent(ENGINE, Logger::getLogger)
                    .setLevel(areas.getOrDefault(CLUSTER, Level.WARNING));
        }
    }
}
