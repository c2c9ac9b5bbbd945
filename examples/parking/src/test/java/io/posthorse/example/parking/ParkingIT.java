package io.posthorse.example.parking;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs both services as processes. */
class ParkingIT {

    /**
     * The queue lock of a killed consumer expires after a minute, and its successor requests the lock every 20 seconds.
     */
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int CARS = 5;
    private static final int NOTICES = 20;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int chargingPort = freePort();
    private final int messagePort = freePort();

    @Test
    void noticesStayInOrderAfterTheMessageServiceIsKilled() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), Map.of());
                ChildProcess charging = start(broker, "charging", "Charging", chargingPort)) {
            awaitStarted(charging);
            assertEquals(200, exit("first", 95));
            ChildProcess message = start(broker, "message", "Message", messagePort);
            try {
                awaitStarted(message);
                await().atMost(LIMIT).until(() -> charges("first").equals(List.of("1 400")));
                CompletableFuture<String> page = listen();
                send(1);
                await().atMost(LIMIT).untilAsserted(() -> compare(1));
                assertEquals(true, page.get().contains("\"plate\":\"car"), "the page receives the notice");
                message.kill();
            } finally {
                message.close();
            }
            send(NOTICES + 1);
            try (ChildProcess again = start(broker, "message", "Message", messagePort)) {
                awaitStarted(again);
                await().atMost(LIMIT).untilAsserted(() -> compare(NOTICES + 1));
            }
        }
    }

    private void send(int first) throws Exception {
        for (int i = first; i < first + NOTICES; i++) {
            for (int car = 0; car < CARS; car++) {
                assertEquals(200, exit("car" + car, i));
            }
        }
    }

    /** Compares the newest notices of each car, in the order of receipt. */
    private void compare(int first) throws Exception {
        for (int car = 0; car < CARS; car++) {
            List<String> expected = Stream.iterate(first, i -> i + 1)
                    .limit(NOTICES)
                    .map(i -> i + " " + (i > 15 ? 200 : 0))
                    .toList();
            List<String> all = charges("car" + car);
            List<String> newest = all.subList(Math.max(0, all.size() - NOTICES), all.size());
            assertEquals(expected, newest);
        }
    }

    private List<String> charges(String plate) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(messagePort, "/notices")).build();
        String body = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        Pattern notice = Pattern.compile("\"plate\":\"" + plate + "\",\"number\":(\\d+),\"cents\":(\\d+)");
        return notice.matcher(body).results().map(m -> m.group(1) + " " + m.group(2)).toList();
    }

    /** Returns the first event of the page's event stream. */
    private CompletableFuture<String> listen() {
        HttpRequest request = HttpRequest.newBuilder(uri(messagePort, "/events")).build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofLines()).thenApply(response ->
                response.body().filter(line -> line.startsWith("data:")).findFirst().orElse("nothing"));
    }

    private int exit(String plate, int minutes) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(chargingPort, "/exit/" + plate + "?minutes=" + minutes))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private ChildProcess start(BrokerProcess broker, String label, String name, int port) throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        ProcessBuilder builder = new JavaCommand(target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                "io.posthorse.example.parking." + label + "." + name + "Application")
                .options(List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                .arguments("--server.port=" + port,
                        "--spring.cloud.stream.rocketmq.binder.name-server=" + broker.nameServer())
                .builder();
        return ChildProcess.start(builder, folder.resolve(label + ".log"));
    }

    private static void awaitStarted(ChildProcess process) {
        await().atMost(LIMIT)
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("ended:\n" + process.tail());
                    }
                })
                .until(() -> process.outputSinceStart().contains("Application in "));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
