package io.posthorse.example.parkingclassic;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs both services as processes, with libraries of 2020 on a current JDK. */
class ParkingClassicIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void messagesSentToAnOutputArriveAtItsInput() throws Exception {
        int chargingPort = freePort();
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), Map.of());
                ChildProcess charging = start(broker, "charging", "Charging", chargingPort)) {
            awaitText(charging, "Application in ");
            send(chargingPort, "/sendTestMsg?text=before-anybody-listens");
            send(chargingPort, "/sendOwnMsg?text=on-its-own-channel");
            try (ChildProcess message = start(broker, "message", "Message", freePort())) {
                awaitText(message, "Application in ");
                send(chargingPort, "/sendTestMsg?text=while-somebody-listens");
                awaitText(message, "Receive input msg = {\"mcontent\":\"before-anybody-listens\",\"mtype\":\"payment\"}");
                awaitText(message, "Receive input msg = {\"mcontent\":\"while-somebody-listens\",\"mtype\":\"payment\"}");
                awaitText(message, "Receive input1 msg = {\"mcontent\":\"on-its-own-channel\",\"mtype\":\"own\"}");
            }
        }
    }

    private void send(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertEquals(200, http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode(), path);
    }

    private ChildProcess start(BrokerProcess broker, String label, String name, int port) throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        ProcessBuilder builder = new JavaCommand(target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                "io.posthorse.example.parkingclassic." + label + "." + name + "Application")
                .options(List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                        "--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"))
                .arguments("--server.port=" + port,
                        "--spring.cloud.stream.rocketmq.binder.name-server=" + broker.nameServer())
                .builder();
        return ChildProcess.start(builder, folder.resolve(label + ".log"));
    }

    private static void awaitText(ChildProcess process, String text) {
        await("\"" + text + "\"").atMost(LIMIT)
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("ended:\n" + process.tail());
                    }
                })
                .until(() -> process.outputSinceStart().contains(text));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
