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
 * How much the server log tells: of all areas, and of some more or less than that.
 *
 * @param all level of the areas that are not named
 * @param areas levels by area
 */
public record LogLevels(Level all, Map<String, Level> areas) {
    /** The setting that they come from. */
    public static final String KEY = "log.level";
    /** Its value where none is given. */
    public static final String STANDARD = "INFO";
    private static final String AUDIT = "audit";
    private static final String OURS = "io.posthorse";
    /** The packages of each area. */
    private static final Map<String, List<String>> AREAS = new TreeMap<>(Map.of(
            "access", List.of("access", "auth"), AUDIT, List.of("audit"), "broker", List.of("broker", "log"),
            "grpc", List.of("protocol.grpc"), "jms", List.of("protocol.openwire"), "nameserver", List.of("nameserver"),
            "net", List.of("net"), "remoting", List.of("protocol.rocketmq"), "server", List.of("server")));
    private static final Map<String, Level> LEVELS = Map.of(
            "OFF", Level.OFF, "ERROR", Level.SEVERE, "WARN", Level.WARNING, "INFO", Level.INFO, "DEBUG", Level.FINE,
            "TRACE", Level.FINEST);
    /** Held, as Java forgets the settings of loggers that nobody holds. */
    private static final Map<String, Logger> LOGGERS = new HashMap<>();

    public LogLevels {
        areas = Map.copyOf(areas);
    }

    /**
     * Reads a level, with those of areas behind it: {@code INFO,net=DEBUG}.
     *
     * @throws IllegalArgumentException where a level or an area is not one
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
                throw new IllegalArgumentException("\"" + area + "\" is no area; " + due() + " is due");
            }
            areas.put(area, level(part.substring(sign + 1)));
        }
        return new LogLevels(all, areas);
    }

    /** Says what is wrong with a text; null where nothing is. */
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
        return "OFF, ERROR, WARN, INFO, DEBUG or TRACE, and the same of areas behind it, such as INFO,net=DEBUG; the areas"
                + " are " + String.join(", ", AREAS.keySet());
    }

    private static Level level(String text) {
        Level level = LEVELS.get(text.strip().toUpperCase(Locale.ROOT));
        if (level == null) {
            throw new IllegalArgumentException("\"" + text.strip() + "\" is no level; " + due() + " is due");
        }
        return level;
    }

    /** Puts them in force, for the whole process; libraries stay as they are. */
    public void apply() {
        synchronized (LOGGERS) {
            LOGGERS.computeIfAbsent(OURS, Logger::getLogger).setLevel(all);
            AREAS.forEach((area, packages) -> packages.forEach(name -> LOGGERS
                    .computeIfAbsent(OURS + "." + name, Logger::getLogger).setLevel(areas.get(area))));
        }
    }
}
