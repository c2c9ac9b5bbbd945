package io.posthorse.snippets;

import io.posthorse.interop.harness.ChildProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Commands that run until they are stopped, such as the server that the rest of a page uses. */
final class PageServer implements AutoCloseable {
    /** The ports that the pages print; no other server may use one of them during the test. */
    static final List<Integer> PORTS = List.of(9876, 10911, 10909, 8081, 61616,
            8301, 8302, 8303, 8304, 8305, 8306);
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
    private static final int BROKER = 10911;
    private static final int INTERRUPTED = 130;

    private final ChildProcess shell;
    private final String place;

    private PageServer(ChildProcess shell, String place) {
        this.shell = shell;
        this.place = place;
    }

    /** Starts the commands, and waits until they print the text or, without a text, until every printed port answers. */
    static PageServer start(Workplace workplace, String commands, String readyText, String place) throws IOException {
        PageServer server = new PageServer(workplace.start(commands), place);
        server.await(output -> readyText.isEmpty() ? portsAnswer(output) : output.contains(readyText));
        return server;
    }

    /** Starts a command, and waits until it prints the text. */
    static PageServer startUntil(Workplace workplace, String command, String text, String place) throws IOException {
        PageServer server = new PageServer(workplace.start(command), place);
        server.await(output -> output.contains(text));
        return server;
    }

    private void await(Predicate<String> ready) {
        try {
            Awaitility.await(place + " is ready").pollInterval(Duration.ofMillis(100)).atMost(READY_LIMIT).until(() -> {
                if (!shell.isAlive()) {
                    throw new AssertionError(place + " ended before it was ready:\n" + shell.output());
                }
                return ready.test(shell.output());
            });
        } catch (ConditionTimeoutException e) {
            close();
            throw new AssertionError(place + " is not ready after " + READY_LIMIT + ":\n" + shell.output(), e);
        }
    }

    private static boolean portsAnswer(String output) {
        List<Integer> ports = ADDRESS.matcher(output).results().map(PageServer::port).toList();
        return ports.isEmpty() ? answers(BROKER) : ports.stream().allMatch(PageServer::answers);
    }

    private static int port(MatchResult address) {
        return Integer.parseInt(address.group(1));
    }

    /** Returns whether a process listens on a port of this machine. */
    static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns its output so far. */
    String output() {
        return shell.output();
    }

    /** Sends it Ctrl-C; fails where it does not end with success. */
    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(shell.pid())).start().waitFor();
        int exitCode = shell.await(STOP_LIMIT);
        if (exitCode != 0 && exitCode != INTERRUPTED) {
            throw new AssertionError(place + " ended with " + exitCode + " after Ctrl-C:\n" + shell.tail());
        }
    }

    /** Ends its commands, each of which may end first what it started itself, and then whatever still runs. */
    @Override
    public void close() {
        ProcessHandle own = ProcessHandle.of(shell.pid()).orElse(null);
        List<ProcessHandle> commands = own == null ? List.of() : own.children().toList();
        List<ProcessHandle> all = own == null ? List.of() : own.descendants().toList();
        end(commands);
        end(all);
        shell.close();
        awaitFreePorts();
    }

    private void end(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroy);
        Awaitility.await("the servers of " + place + " end").pollInterval(Duration.ofMillis(50)).atMost(STOP_LIMIT)
                .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** Waits until no process listens on the ports. */
    static void awaitFreePorts() {
        Awaitility.await("the ports are free again").pollInterval(Duration.ofMillis(50)).atMost(STOP_LIMIT)
                .until(() -> PORTS.stream().noneMatch(PageServer::answers));
    }
}
