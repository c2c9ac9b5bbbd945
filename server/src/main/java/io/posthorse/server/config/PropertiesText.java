package io.posthorse.server.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The parser of properties files, which reads them as {@code java.util.Properties} does and keeps the line numbers: a key
 * ends at the first {@code =}, {@code :} or blank, comments start with # or !, a backslash at the end continues a line, and
 * a line of one word is a key without a value. Blanks behind a value are dropped.
 */
final class PropertiesText {
    private PropertiesText() {}

    /**
     * Returns the text of a file: UTF-8 where it is valid, otherwise one character for each byte, as Java reads properties.
     */
    static String decode(byte[] file) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
        } catch (CharacterCodingException e) {
            return new String(file, StandardCharsets.ISO_8859_1);
        }
    }

    /** Returns the entries of a text in their order. */
    static List<ConfigEntry> read(String fileName, String text) {
        List<ConfigEntry> entries = new ArrayList<>();
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
            int end = keyEnd(line);
            entries.add(new ConfigEntry(where, unescape(line.substring(0, end)), unescape(value(line.substring(end)))));
        }
        return entries;
    }

    private static int keyEnd(String line) {
        int at = 0;
        while (at < line.length() && line.charAt(at) != '=' && line.charAt(at) != ':'
                && !Character.isWhitespace(line.charAt(at))) {
            at += line.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at, line.length());
    }

    /** Returns the value behind a key: skips blanks, at most one sign, and blanks. */
    private static String value(String behind) {
        String rest = behind.strip();
        boolean hasSign = rest.startsWith("=") || rest.startsWith(":");
        return hasSign ? rest.substring(1).strip() : rest;
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

    /** Returns the value of four hexadecimal digits, -1 where they are none. */
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
