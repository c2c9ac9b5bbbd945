package io.posthorse.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * The format of a line of the server log:
 * {@code 2026-11-30T09:15:02.004+08:00 WARN  net.MisdirectedClients [posthorse-owner] text}. Control characters in texts of
 * clients, such as line ends, are replaced, so that they cannot begin a line.
 */
final class LogLine extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxxx");
    private static final String OURS = "io.posthorse.";

    private final ZoneId zone;

    LogLine(ZoneId zone) {
        this.zone = zone;
    }

    /** Returns the present time in the format of lines. */
    static String now() {
        return TIME.format(Instant.now().atZone(ZoneId.systemDefault()));
    }

    @Override
    public String format(LogRecord record) {
        StringBuilder line = new StringBuilder(160);
        TIME.formatTo(Instant.ofEpochMilli(record.getMillis()).atZone(zone), line);
        line.append(' ').append(level(record.getLevel())).append(' ');
        String name = String.valueOf(record.getLoggerName());
        line.append(name.startsWith(OURS) ? name.substring(OURS.length()) : name);
        line.append(" [").append(Thread.currentThread().getName()).append("] ");
        append(line, formatMessage(record));
        line.append('\n');
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace));
            trace.toString().lines().forEach(each -> append(line.append("    "), each.strip()).append('\n'));
        }
        return line.toString();
    }

    private static StringBuilder append(StringBuilder line, String text) {
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                line.append("\\n");
            } else {
                line.appendCodePoint(isInvisible(c) ? '?' : c);
            }
        });
        return line;
    }

    /**
     * Returns whether a character has no glyph but changes how a line is shown: controls, other line ends, changes of
     * direction.
     */
    private static boolean isInvisible(int c) {
        int type = Character.getType(c);
        return Character.isISOControl(c) || type == Character.FORMAT || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    /** Returns SLF4J's name of a level, always five characters long. */
    private static String level(Level level) {
        int value = level.intValue();
        return value >= Level.SEVERE.intValue() ? "ERROR"
                : value >= Level.WARNING.intValue() ? "WARN "
                : value >= Level.INFO.intValue() ? "INFO "
                : value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }
}
