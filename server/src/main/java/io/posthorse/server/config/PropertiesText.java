package io.posthorse.server.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the text of a properties file, keeping line numbers: {@code key = value} with blanks around the sign, comments
 * with # or !, a line that ends in a backslash goes on in the next one, and the escapes of Java properties.
 */
final class PropertiesText {
    private PropertiesText() {}

    /** The entries of a text in their order; lines that are none go to the problems. */
    static List<Entry> read(String fileName, String text, List<ConfigProblem> problems) {
        List<Entry> entries = new ArrayList<>();
        List<String> lines = (text.startsWith("\ufeff") ? text.substring(1) : text).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String where = fileName + ":" + (i + 1);
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("!")) {
                continue;
            }
            while (endsInBackslash(line) && i + 1 < lines.size()) {
                i++;
                line = line.substring(0, line.length() - 1) + lines.get(i).strip();
            }
            int sign = line.indexOf('=');
            if (sign < 1) {
                problems.add(new ConfigProblem(where, line, "this line is not key=value; a comment starts with #"));
                continue;
            }
            entries.add(new Entry(
                    where, line.substring(0, sign).strip(), unescape(line.substring(sign + 1).strip())));
        }
        return entries;
    }

    private static boolean endsInBackslash(String line) {
        int backslashes = 0;
        while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '\\' || i == text.length()) {
                plain.append(c);
                continue;
            }
            char escaped = text.charAt(i++);
            switch (escaped) {
                case 't' -> plain.append('\t');
                case 'n' -> plain.append('\n');
                case 'r' -> plain.append('\r');
                case 'f' -> plain.append('\f');
                case 'u' -> {
                    int code = unicode(text, i);
                    plain.append(code < 0 ? 'u' : (char) code);
                    i += code < 0 ? 0 : 4;
                }
                default -> plain.append(escaped);
            }
        }
        return plain.toString();
    }

    /** The value of four hexadecimal digits, -1 where they are none. */
    private static int unicode(String text, int at) {
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = i < text.length() ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
