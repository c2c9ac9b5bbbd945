package io.posthorse.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The limit of files and sockets that this process may have open. Connections must leave some for the log: a log that cannot
 * open its next file refuses messages. The limit comes from Linux's {@code /proc/self/limits}, so that no management bean is
 * loaded at the start; elsewhere it is unknown.
 */
public final class OpenFiles {
    /** Files kept for the log, libraries, listeners and the server log. */
    public static final int RESERVE = 256;

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern ROW = Pattern.compile("(?m)^Max open files +(\\d+) ");

    private OpenFiles() {}

    /** Returns the limit; {@link Long#MAX_VALUE} where there is none, or the system does not tell. */
    public static long max() {
        try {
            return max(Files.readString(LIMITS));
        } catch (IOException e) {
            return Long.MAX_VALUE; // not Linux
        }
    }

    /** Returns the limit according to the text of {@code /proc/self/limits}. */
    static long max(String limits) {
        Matcher row = ROW.matcher(limits);
        return row.find() ? Long.parseLong(row.group(1)) : Long.MAX_VALUE;
    }

    /**
     * Returns how many connections may be open.
     *
     * @param wanted configured maximum, of each kind of port
     * @param kinds kinds of ports that each have that maximum
     * @param openMax limit of open files
     * @return maximum of each kind; at least 1
     */
    public static int connections(int wanted, int kinds, long openMax) {
        long left = Math.max(openMax - RESERVE, openMax / 4);
        return (int) Math.max(1, Math.min(wanted, left / kinds));
    }
}
