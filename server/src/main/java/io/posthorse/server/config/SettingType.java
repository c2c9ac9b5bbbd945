package io.posthorse.server.config;

import io.posthorse.auth.RefusedException;
import io.posthorse.auth.Secret;
import io.posthorse.auth.User;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.replication.Member;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The type of a setting: parses texts, and describes the valid ones. */
sealed interface SettingType<T> {
    /**
     * Returns the value of a text.
     *
     * @throws IllegalArgumentException where the text is invalid; the message says what is expected
     */
    T parse(String text);

    /** Returns a description of the valid texts, as part of a sentence. */
    String due();

    /** Returns the nearest valid text where a text is only outside the limits; otherwise null. */
    default String nearest(String text) {
        return null;
    }

    /** Returns whether the text must not be shown. */
    default boolean isSecret() {
        return false;
    }

    /** A whole number within limits, both included. */
    record Whole(long min, long max) implements SettingType<Long> {
        @Override
        public Long parse(String text) {
            try {
                long value = Long.parseLong(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // falls through to the refusal
            }
            throw new IllegalArgumentException(due() + " is expected");
        }

        @Override
        public String due() {
            return max == Long.MAX_VALUE ? "a whole number from " + min : "a whole number, " + min + " to " + max;
        }
    }

    /** A whole number that is an amount: beyond its limits the nearest one is used. */
    record Amount(long min, long max) implements SettingType<Long> {
        private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,100}");

        @Override
        public Long parse(String text) {
            return new Whole(min, max).parse(text);
        }

        @Override
        public String due() {
            return new Whole(min, max).due();
        }

        @Override
        public String nearest(String text) {
            if (!NUMBER.matcher(text).matches()) {
                return null;
            }
            BigInteger value = new BigInteger(text);
            BigInteger within = value.max(BigInteger.valueOf(min)).min(BigInteger.valueOf(max));
            return within.equals(value) ? null : within.toString();
        }
    }

    /** On or off. */
    record Switch() implements SettingType<Boolean> {
        @Override
        public Boolean parse(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException(due() + " is expected");
            };
        }

        @Override
        public String due() {
            return "true or false";
        }
    }

    /** The levels of the server log. */
    record Levels() implements SettingType<LogLevels> {
        @Override
        public LogLevels parse(String text) {
            return LogLevels.of(text);
        }

        @Override
        public String due() {
            return LogLevels.due();
        }
    }

    /** A name of an enum's constant. */
    record Choice<E extends Enum<E>>(Class<E> type) implements SettingType<E> {
        @Override
        public E parse(String text) {
            for (E value : type.getEnumConstants()) {
                if (value.name().equals(text)) {
                    return value;
                }
            }
            throw new IllegalArgumentException(due() + " is expected");
        }

        @Override
        public String due() {
            return Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(" or "));
        }
    }

    /** A text that matches a pattern. */
    record Text(int charsMax, Pattern form, String formInWords) implements SettingType<String> {
        @Override
        public String parse(String text) {
            if (text.length() <= charsMax && form.matcher(text).matches()) {
                return text;
            }
            throw new IllegalArgumentException(due() + " is expected");
        }

        @Override
        public String due() {
            return formInWords + " of at most " + charsMax + " characters";
        }
    }

    /** A user's name and secret, in the form in which RocketMQ's brokers get their own. */
    record AccessKey() implements SettingType<ServerConfig.Credentials> {
        @Override
        public ServerConfig.Credentials parse(String text) {
            try {
                JsonValue.Obj login = JsonReader.read(text.getBytes(StandardCharsets.UTF_8)).asObject();
                String user = login.text("accessKey", "");
                String secret = login.text("secretKey", "");
                if (user.isEmpty() || secret.isEmpty()) {
                    throw new IllegalArgumentException(due() + " is expected");
                }
                return new ServerConfig.Credentials(user, new Secret(secret));
            } catch (MalformedFrameException e) {
                throw new IllegalArgumentException(due() + " is expected");
            }
        }

        @Override
        public String due() {
            return "{\"accessKey\":\"...\",\"secretKey\":\"...\"}";
        }

        @Override
        public boolean isSecret() {
            return true;
        }
    }

    /** A user with a secret, in RocketMQ's form. */
    record Login() implements SettingType<ServerConfig.Credentials> {
        @Override
        public ServerConfig.Credentials parse(String text) {
            try {
                JsonValue.Obj login = JsonReader.read(text.getBytes(StandardCharsets.UTF_8)).asObject();
                User user = User.of(login.text("username", null), User.Kind.SUPER, true, login.text("password", null));
                return new ServerConfig.Credentials(user.name(), user.secret());
            } catch (MalformedFrameException e) {
                throw new IllegalArgumentException(due() + " is expected");
            } catch (RefusedException e) {
                throw new IllegalArgumentException(e.getMessage());
            }
        }

        @Override
        public String due() {
            return "{\"username\":\"...\",\"password\":\"...\"}";
        }

        @Override
        public boolean isSecret() {
            return true;
        }
    }

    /** Durations with units, separated by blanks, such as {@code 1s 5m 2h 1d}; the values are milliseconds. */
    record Durations(int countMax, long msMax) implements SettingType<List<Long>> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

        @Override
        public List<Long> parse(String text) {
            List<Long> durations = new ArrayList<>();
            for (String part : text.strip().split("\\s+")) {
                Matcher matcher = FORM.matcher(part);
                if (!matcher.matches()) {
                    throw new IllegalArgumentException("\"" + part + "\" is not a duration; " + due() + " are expected");
                }
                long ms = Long.parseLong(matcher.group(1)) * unitMs(matcher.group(2));
                if (ms < 1 || ms > msMax) {
                    throw new IllegalArgumentException("\"" + part + "\" is not within 1ms to " + msMax + "ms");
                }
                durations.add(ms);
            }
            if (durations.size() > countMax) {
                throw new IllegalArgumentException(durations.size() + " durations are given; " + due() + " are expected");
            }
            return List.copyOf(durations);
        }

        private static long unitMs(String unit) {
            return switch (unit) {
                case "ms" -> 1;
                case "s" -> 1_000;
                case "m" -> 60_000;
                case "h" -> 3_600_000;
                default -> 86_400_000;
            };
        }

        @Override
        public String due() {
            return "1 to " + countMax + " durations such as 500ms, 10s, 5m, 2h or 1d, separated by blanks";
        }
    }

    /** Hours of the day, separated by semicolons, such as {@code 04;16}. */
    record Hours() implements SettingType<List<Integer>> {
        private static final Pattern FORM = Pattern.compile("([01]?\\d|2[0-3])(;([01]?\\d|2[0-3]))*;?");

        @Override
        public List<Integer> parse(String text) {
            if (!FORM.matcher(text).matches()) {
                throw new IllegalArgumentException(due() + " are expected");
            }
            return Arrays.stream(text.split(";")).map(Integer::valueOf).distinct().toList();
        }

        @Override
        public String due() {
            return "hours from 00 to 23, separated by semicolons";
        }
    }

    /** Time zones, separated by semicolons, such as {@code Asia/Shanghai;+02:00}. */
    record Zones(int countMax) implements SettingType<List<ZoneId>> {
        @Override
        public List<ZoneId> parse(String text) {
            List<ZoneId> zones = new ArrayList<>();
            for (String part : text.split(";")) {
                try {
                    zones.add(ZoneId.of(part.strip()));
                } catch (DateTimeException e) {
                    throw new IllegalArgumentException(
                            "\"" + part.strip() + "\" is not a time zone; " + due() + " are expected");
                }
            }
            if (zones.size() > countMax) {
                throw new IllegalArgumentException(zones.size() + " time zones are given; " + due() + " are expected");
            }
            return List.copyOf(zones);
        }

        @Override
        public String due() {
            return "at most " + countMax + " time zones such as Asia/Shanghai or +08:00, separated by semicolons";
        }
    }

    /** Addresses host:port, separated by semicolons. */
    record Addresses(int countMax) implements SettingType<List<String>> {
        private static final Pattern FORM =
                Pattern.compile("(?<host>[^:;\\s\\[\\]]+|\\[[0-9a-fA-F:.]+]):(?<port>\\d{1,5})");
        private static final int PORT_MAX = 65_535;

        @Override
        public List<String> parse(String text) {
            List<String> addresses = new ArrayList<>();
            for (String part : text.split(";")) {
                String address = part.strip();
                Matcher matcher = FORM.matcher(address);
                if (address.isEmpty()) {
                    continue;
                }
                if (!matcher.matches() || !isPort(Integer.parseInt(matcher.group("port")))) {
                    throw new IllegalArgumentException("\"" + address + "\" is not an address; " + due() + " are expected");
                }
                addresses.add(address);
            }
            if (addresses.size() > countMax) {
                throw new IllegalArgumentException(addresses.size() + " addresses are given; " + due() + " are expected");
            }
            return List.copyOf(addresses);
        }

        private static boolean isPort(int port) {
            return port >= 1 && port <= PORT_MAX;
        }

        @Override
        public String due() {
            return "at most " + countMax + " addresses host:port, separated by semicolons";
        }
    }

    /** The nodes of a cluster, HOST:PORT or NAME=HOST:PORT, separated by commas. */
    record Nodes(int countMax) implements SettingType<List<Member>> {
        /** A node's name. */
        static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9._-]*";

        private static final Pattern FORM = Pattern.compile(
                "(?:(?<name>" + NAME + ")=)?(?<host>[^:;,=\\s\\[\\]]+|\\[[0-9a-fA-F:.]+]):(?<port>\\d{1,5})");

        @Override
        public List<Member> parse(String text) {
            List<Member> nodes = new ArrayList<>();
            for (String part : text.split(",")) {
                Matcher matcher = FORM.matcher(part.strip());
                if (!matcher.matches() || !Addresses.isPort(Integer.parseInt(matcher.group("port")))) {
                    throw new IllegalArgumentException("\"" + part.strip() + "\" is not a node; " + due() + " are expected");
                }
                String host = matcher.group("host").replaceAll("^\\[|]$", "");
                String name = matcher.group("name") == null ? host : matcher.group("name");
                if (!name.matches(NAME) || name.length() > 64) {
                    throw new IllegalArgumentException("\"" + part.strip() + "\" needs a name: write NAME=" + part.strip());
                }
                if (nodes.stream().anyMatch(node -> node.name().equals(name))) {
                    throw new IllegalArgumentException("the node " + name + " is named twice");
                }
                nodes.add(new Member(name, host, Integer.parseInt(matcher.group("port"))));
            }
            if (nodes.size() > countMax) {
                throw new IllegalArgumentException(nodes.size() + " nodes are given; " + due() + " are expected");
            }
            return List.copyOf(nodes);
        }

        @Override
        public String due() {
            return "at most " + countMax + " nodes host:port or name=host:port, separated by commas";
        }
    }
}
