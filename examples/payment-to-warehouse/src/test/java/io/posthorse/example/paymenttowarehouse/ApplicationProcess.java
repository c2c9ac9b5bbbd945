package io.posthorse.example.paymenttowarehouse;

import static org.awaitility.Awaitility.await;

import io.posthorse.embedded.Broker;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The application as a process that can be killed. Its broker runs in this JVM. */
final class ApplicationProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final Path steps;
    private final List<String> arguments;
    private final int port;
    private ChildProcess process;

    ApplicationProcess(Path folder, Broker broker, String database, String... more) throws IOException {
        this.folder = folder;
        this.steps = Files.createDirectories(folder.resolve("steps"));
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
        List<String> all = new ArrayList<>(List.of(
                "--server.port=" + port,
                // No prefetch: messages prefetched by a stopped consumer would have to wait.
                "--spring.activemq.broker-url=" + broker.jmsUrl() + "?jms.prefetchPolicy.queuePrefetch=0",
                "--spring.datasource.url=" + database,
                "--spring.datasource.username=sa",
                "--example.steps=" + steps,
                "--example.payment-resend-after-ms=1000"));
        all.addAll(List.of(more));
        this.arguments = all;
    }

    void start() throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        ProcessBuilder command = new JavaCommand(
                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                PaymentToWarehouseApplication.class.getName())
                .options(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                .arguments(arguments.toArray(new String[0]))
                .builder();
        process = ChildProcess.start(command, folder.resolve("application.log"));
        await().atMost(START_LIMIT)
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the application ended:\n" + process.tail());
                    }
                })
                .until(() -> process.outputSinceStart().contains("Started PaymentToWarehouseApplication"));
    }

    /** Kills the process, as SIGKILL does. */
    void kill() throws InterruptedException {
        process.kill();
        process.close();
    }

    /** Stops the thread that reaches a step with the given order. */
    void stopAt(String step, String order) throws IOException {
        Files.createFile(steps.resolve(step + "." + order));
    }

    void awaitReached(String step, String order) {
        await(step).atMost(Duration.ofSeconds(30)).until(() -> Files.exists(steps.resolve(step + "." + order + ".reached")));
    }

    int place(String order, String sku, int count) throws IOException, InterruptedException {
        return http.send(put(order, sku, count), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /** Places an order without waiting for the answer: the process may be killed before it answers. */
    CompletableFuture<?> beginPlace(String order, String sku, int count) {
        return http.sendAsync(put(order, sku, count), HttpResponse.BodyHandlers.discarding());
    }

    private HttpRequest put(String order, String sku, int count) {
        return HttpRequest.newBuilder(address("/orders/" + order + "?sku=" + sku + "&count=" + count))
                .PUT(HttpRequest.BodyPublishers.noBody()).build();
    }

    /** Sends the result of a payment as the provider does, without waiting for the answer. */
    CompletableFuture<?> beginPay(String order, String result) {
        HttpRequest request = HttpRequest.newBuilder(address("/sendResult?orderId=" + order + "&result=" + result)).build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    }

    void pay(String order) {
        beginPay(order, "success").join();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
        http.shutdownNow();
    }
}
