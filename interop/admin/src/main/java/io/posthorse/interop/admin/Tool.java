package io.posthorse.interop.admin;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.rocketmq.tools.command.MQAdminStartup;

/** The command line of the released tools, run in this process with captured output. */
public final class Tool {

    /** Known race of 4.4.0: two threads of the client open the first connection, and one may close the other's. */
    private static final Pattern RACE = Pattern.compile("send request to <|connect to <|wait response on the channel <|"
            + "No route info of this topic|No name server|The broker does not exist|#Broker Name.*\\n +0 +false");
    private static final int ATTEMPTS = 40;
    private static final Pattern UNKNOWN = Pattern.compile("The sub command \\S+ not exist");

    private final String nameServer;
    private final PrintStream out = System.out;

    public Tool(String nameServer) {
        this.nameServer = nameServer;
    }

    /** Runs a command to its end, again where the client's own race made it fail; returns its output. */
    public Output run(String... arguments) {
        Output output = runOnce(arguments);
        for (int attempt = 1; attempt < ATTEMPTS && RACE.matcher(output.text()).find(); attempt++) {
            output = runOnce(arguments);
        }
        return output;
    }

    private Output runOnce(String... arguments) {
        ByteArrayOutputStream caught = new ByteArrayOutputStream();
        PrintStream catching = new PrintStream(caught, true, StandardCharsets.UTF_8);
        PrintStream errors = System.err;
        System.setOut(catching);
        System.setErr(catching);
        try {
            MQAdminStartup.main0(arguments[0].equals("help") ? arguments : withNameServer(arguments), null);
        } finally {
            System.setOut(out);
            System.setErr(errors);
        }
        return new Output(String.join(" ", arguments), caught.toString(StandardCharsets.UTF_8));
    }

    /** Runs a command that does not end by itself, until it prints a text or the time is over. */
    Output watch(String text, Duration limit, String... arguments) throws InterruptedException {
        ByteArrayOutputStream caught = new ByteArrayOutputStream();
        PrintStream catching = new PrintStream(caught, true, StandardCharsets.UTF_8);
        PrintStream errors = System.err;
        System.setOut(catching);
        System.setErr(catching);
        Thread command = new Thread(() -> MQAdminStartup.main0(withNameServer(arguments), null));
        command.setDaemon(true);
        try {
            command.start();
            long end = System.nanoTime() + limit.toNanos();
            while (!caught.toString(StandardCharsets.UTF_8).contains(text) && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } finally {
            System.setOut(out);
            System.setErr(errors);
        }
        return new Output(String.join(" ", arguments), caught.toString(StandardCharsets.UTF_8));
    }

    /** Returns whether these tools have a command of that name. */
    boolean knows(String command) {
        return !UNKNOWN.matcher(runOnce("help", command).text()).find();
    }

    private String[] withNameServer(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("-n");
        all.add(nameServer);
        return all.toArray(String[]::new);
    }

    /** The output of a command. */
    public record Output(String command, String text) {

        /** Requires that it has all of these, and no stack trace. */
        public Output shows(String... expected) {
            if (text.contains("Exception") || text.contains("\tat ")) {
                throw new AssertionError(this + "\nis a failure");
            }
            return has(expected);
        }

        /** Requires that it has all of these. */
        public Output has(String... expected) {
            for (String part : expected) {
                if (!text.contains(part)) {
                    throw new AssertionError(this + "\nlacks: " + part);
                }
            }
            return this;
        }

        /** Requires that it has a match of a pattern. */
        public Output matches(String pattern) {
            if (!Pattern.compile(pattern).matcher(text).find()) {
                throw new AssertionError(this + "\nhas no match of: " + pattern);
            }
            return this;
        }

        /** Requires that it has none of these. */
        public Output lacks(String... unexpected) {
            for (String part : unexpected) {
                if (text.contains(part)) {
                    throw new AssertionError(this + "\nhas: " + part);
                }
            }
            return this;
        }

        @Override
        public String toString() {
            return "> " + command + "\n" + text;
        }
    }
}
