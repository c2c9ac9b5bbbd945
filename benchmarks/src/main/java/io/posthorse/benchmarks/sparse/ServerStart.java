package io.posthorse.benchmarks.sparse;

import io.posthorse.load.SendFields;
import io.posthorse.load.Wire;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server in its own process, started by the launcher, and the times of the start. */
final class ServerStart implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    static final int SEND = 310;
    private static final int UPDATE_CONFIG = 25;
    private static final int SECONDS_MAX = 600;
    static final Map<String, String> FIELDS = SendFields.of("started", 0);

    private final Process process;
    private final String address;
    private final double portMs;
    private final double sentMs;

    /**
     * Starts a server, and sends messages until it has accepted one.
     *
     * @param data its data directory
     * @param output file for its output
     * @param settings further settings, each key=value
     */
    ServerStart(Path data, Path output, String... settings) throws IOException, InterruptedException {
        int[] ports = freePorts();
        address = HOST + ":" + ports[0];
        List<String> command = new ArrayList<>(List.of("bin/posthorse", "start", "--data", data.toString(),
                "--set", "listenPort=" + ports[0], "--set", "nameserver.port=" + ports[1],
                "--set", "grpcServerPort=" + ports[2], "--set", "openwire.port=" + ports[3], "--set", "brokerIP1=" + HOST));
        for (String setting : settings) {
            command.addAll(List.of("--set", setting));
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        long begin = System.nanoTime();
        process = builder.start();
        Wire wire = connect(begin, output);
        portMs = (System.nanoTime() - begin) / 1e6;
        try (wire) {
            Frame answer = wire.ask(SEND, FIELDS, new byte[100]);
            if (answer.code() != 0) {
                throw new IOException("the first message was refused: " + answer.remark());
            }
        }
        sentMs = (System.nanoTime() - begin) / 1e6;
    }

    private static int[] freePorts() throws IOException {
        int[] ports = new int[4];
        ServerSocket[] sockets = new ServerSocket[ports.length];
        for (int i = 0; i < ports.length; i++) {
            sockets[i] = new ServerSocket(0, 1, InetAddress.getByName(HOST));
            ports[i] = sockets[i].getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private Wire connect(long begin, Path output) throws IOException, InterruptedException {
        while (true) {
            try {
                return new Wire(address);
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(SECONDS_MAX)) {
                    process.destroyForcibly();
                    throw new IOException("no server came up: " + Files.readString(output), e);
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
    }

    /** Returns the address for messages. */
    String address() {
        return address;
    }

    /** Changes a setting of the running server. */
    void change(String key, String value) throws IOException {
        try (Wire wire = new Wire(address)) {
            Frame answer = wire.ask(UPDATE_CONFIG, Map.of(), (key + "=" + value).getBytes(StandardCharsets.UTF_8));
            if (answer.code() != 0) {
                throw new IOException("the setting was refused: " + answer.remark());
            }
        }
    }

    /** Returns the time from the call of the launcher to the open port. */
    double portMs() {
        return portMs;
    }

    /** Returns the time from the call of the launcher to the first accepted message. */
    double sentMs() {
        return sentMs;
    }

    /** Sends a number of bytes in messages of 1 KiB, as fast as they are accepted. */
    void load(long bytes) throws IOException, InterruptedException {
        byte[] frame = FrameCodec.encode(new Frame(
                SEND, Frame.JAVA, Frame.VERSION, 1, 0, null, FIELDS, new byte[1_024], true));
        long count = bytes / (frame.length + 64);
        try (Wire wire = new Wire(address)) {
            Thread sender = new Thread(() -> {
                try {
                    for (long i = 0; i < count; i++) {
                        wire.write(frame);
                    }
                } catch (IOException e) {
                    System.out.println("a message could not be sent: " + e);
                }
            });
            sender.start();
            for (long i = 0; i < count; i++) {
                Frame answer = wire.read();
                if (answer.code() != 0) {
                    throw new IOException("a message was refused: " + answer.remark());
                }
            }
            sender.join();
        }
    }

    /** Returns the process's mapped files of each kind, all its mappings, and its memory. */
    String figures() throws IOException {
        Path directory = Path.of("/proc", Long.toString(process.pid()));
        List<String> maps;
        try (Stream<String> lines = Files.lines(directory.resolve("maps"))) {
            maps = lines.toList();
        }
        StringBuilder text = new StringBuilder(maps.size() + " mappings, of them "
                + maps.stream().filter(line -> line.endsWith(".log")).count() + " of segments and "
                + maps.stream().filter(line -> line.endsWith(".index") || line.endsWith(".keys")).count()
                + " of index and key files");
        for (String line : Files.readAllLines(directory.resolve("status"))) {
            if (line.startsWith("VmRSS:") || line.startsWith("RssAnon:")) {
                text.append(", ").append(line.replaceAll("\\s+", " "));
            }
        }
        return text.toString();
    }

    /** Kills it, as kill -9 does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it in an orderly way. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
