package io.posthorse.benchmarks.shipping;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures bare log shipping: {@code [seconds] [bytes] [outstanding]}, by default 8 s of 1 KiB with 256 outstanding, after
 * as long to warm up. Prints messages a second, and the CPU time of master and slaves for each. With {@code 0} seconds it
 * measures one send at a time, and a bare fsync beside it.
 */
public final class ShippingTest {
    private static final int CONNECTIONS = 8;
    private static final int LONE_SENDS = 2_000;
    private static final int WARM_SENDS = 1_000;

    private final int bytes;
    private final AtomicLong acknowledged = new AtomicLong();
    private final List<Process> processes = new ArrayList<>();
    private final List<Thread> clients = new ArrayList<>();
    private volatile boolean isOver;

    private ShippingTest(int bytes) {
        this.bytes = bytes;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
        int bytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_024;
        int outstanding = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 256;
        Path directory = Files.createTempDirectory("posthorse-shipping");
        ShippingTest test = new ShippingTest(bytes);
        try {
            int port = test.startAll(directory);
            if (seconds == 0) {
                test.lone(port, directory);
            } else {
                test.load(port, seconds, outstanding);
            }
        } finally {
            test.stop(directory);
        }
    }

    private int startAll(Path directory) throws IOException {
        List<String> slaves = new ArrayList<>();
        for (String name : List.of("b", "c")) {
            slaves.add(Integer.toString(start(ShippingSlave.class, directory.resolve(name).toString())));
        }
        List<String> arguments = new ArrayList<>(List.of(directory.resolve("a").toString()));
        arguments.addAll(slaves);
        return start(ShippingMaster.class, arguments.toArray(String[]::new));
    }

    /** Starts a program of this package; returns the port that it prints. */
    private int start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx256m",
                "-Dmessage.bytes=" + bytes, "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(process);
        return Integer.parseInt(process.inputReader().readLine());
    }

    private void load(int port, int seconds, int outstanding) throws Exception {
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            clients.add(Thread.ofPlatform().start(() -> send(socket, outstanding / CONNECTIONS)));
        }
        TimeUnit.SECONDS.sleep(seconds);
        long before = acknowledged.get();
        Duration cpuBefore = cpu();
        long begun = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        long sent = acknowledged.get() - before;
        double took = (System.nanoTime() - begun) / 1e9;
        double micros = cpu().minus(cpuBefore).toNanos() / 1e3 / sent;
        System.out.printf(Locale.ROOT, "%d bytes, %d outstanding: %.0f messages/s, %.2f us CPU of master and slaves each%n",
                bytes, outstanding, sent / took, micros);
    }

    private Duration cpu() {
        return processes.stream().map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Keeps a number of messages outstanding on one connection. */
    private void send(Socket socket, int window) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] messages = new byte[bytes * window];
            socket.getOutputStream().write(messages);
            while (!isOver) {
                int done = in.readInt();
                acknowledged.addAndGet(done);
                socket.getOutputStream().write(messages, 0, done * bytes);
            }
        } catch (IOException e) {
            if (!isOver) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void lone(int port, Path directory) throws IOException {
        long[] sends = new long[LONE_SENDS];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] message = new byte[bytes];
            for (int i = -WARM_SENDS; i < sends.length; i++) {
                long begun = System.nanoTime();
                socket.getOutputStream().write(message);
                in.readInt();
                sends[Math.max(0, i)] = System.nanoTime() - begun;
            }
        }
        long[] syncs = new long[LONE_SENDS];
        try (SyncedFile file = new SyncedFile(directory.resolve("fsync"))) {
            for (int i = 0; i < syncs.length; i++) {
                long begun = System.nanoTime();
                file.append(new byte[bytes], bytes);
                syncs[i] = System.nanoTime() - begun;
            }
        }
        System.out.printf(Locale.ROOT, "one at a time: p50 %.0f us; write and fsync of one file: p50 %.0f us%n",
                median(sends), median(syncs));
    }

    private static double median(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[nanos.length / 2] / 1e3;
    }

    private void stop(Path directory) throws IOException, InterruptedException {
        isOver = true;
        for (Process process : processes.reversed()) { // the master first: it would complain of the others' ends
            process.destroyForcibly().waitFor();
        }
        for (Thread client : clients) {
            client.join();
        }
        for (String name : List.of("a", "b", "c", "fsync")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
    }
}
