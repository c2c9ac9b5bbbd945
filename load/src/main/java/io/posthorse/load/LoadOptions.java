package io.posthorse.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of the load program.
 *
 * @param nameServer host:port to ask for the topic's route, or null
 * @param broker host:port of the broker, or null to take it from the route
 * @param queues queues of the topic; with a name server the route's number is used
 * @param size bytes of a body
 * @param connections connections that send
 * @param window maximum unanswered messages of a connection
 * @param endToEnd whether messages are consumed too, and the time to their arrival is measured
 * @param rate messages per second in total, 0 for as many as possible
 */
record LoadOptions(
        String nameServer, String broker, String topic, int queues, int size, int connections, int window, int seconds,
        boolean endToEnd, long rate) {
    static final int SIZE_MIN = 16;
    static final String USAGE = """
            usage: Load (--namesrv host:port | --broker host:port) [--topic Load] [--queues 4] [--size 1024]
                        [--connections 4] [--window 64] [--seconds 10] [--mode send|e2e] [--rate 0]""";
    private static final List<String> NAMES = List.of(
            "--namesrv", "--broker", "--topic", "--queues", "--size", "--connections", "--window", "--seconds",
            "--mode",
            "--rate");

    /** @throws IllegalArgumentException where an option is unknown or its value is invalid; says which */
    static LoadOptions of(String... arguments) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!NAMES.contains(arguments[i]) || i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " is not an option, or has no value");
            }
            given.put(arguments[i], arguments[i + 1]);
        }
        if (!given.containsKey("--namesrv") && !given.containsKey("--broker")) {
            throw new IllegalArgumentException("one of --namesrv and --broker is needed");
        }
        String mode = given.getOrDefault("--mode", "send");
        if (!mode.equals("send") && !mode.equals("e2e")) {
            throw new IllegalArgumentException("--mode " + mode + " is neither send nor e2e");
        }
        return new LoadOptions(
                given.get("--namesrv"), given.get("--broker"), given.getOrDefault("--topic", "Load"),
                number(given, "--queues", 4, 1), number(given, "--size", 1_024, SIZE_MIN),
                number(given, "--connections", 4, 1), number(given, "--window", 64, 1),
                number(given, "--seconds", 10, 1),
                mode.equals("e2e"), number(given, "--rate", 0, 0));
    }

    private static int number(Map<String, String> given, String name, int otherwise, int min) {
        String text = given.get(name);
        try {
            int value = text == null ? otherwise : Integer.parseInt(text);
            if (value >= min) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException(name + " " + text + " is not a number of at least " + min);
    }

    LoadOptions at(String brokerAddress, int queueCount) {
        return new LoadOptions(
                nameServer, brokerAddress, topic, queueCount, size, connections, window, seconds, endToEnd, rate);
    }
}
