package io.posthorse.example.shop;

import static org.awaitility.Awaitility.await;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;

/** The whole shop in separate processes: broker, infrastructure and five services, on free ports. */
final class ShopProcesses implements AutoCloseable {

    static final List<String> SERVICES = List.of("goods", "coupon", "user", "order", "pay");

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final List<String> OPTIONS = List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Xshare:auto", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    final BrokerProcess broker;

    private final Path folder;
    private final Path steps;
    private final Map<String, Integer> rpcPorts = new HashMap<>();
    private final Map<String, ChildProcess> running = new HashMap<>();
    private final int databasePort = freePort();
    private final int registryPort = freePort();
    private final int orderPort = freePort();
    private final int payPort = freePort();

    private ShopProcesses(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.steps = Files.createDirectories(folder.resolve("steps"));
        for (String service : SERVICES) {
            rpcPorts.put(service, freePort());
        }
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of("messageDelayLevel", "1s 1s 1s 1s 1s 1s 1s 1s"));
    }

    /** Starts all processes and waits until the services have started. */
    static ShopProcesses start(Path folder) throws IOException, InterruptedException {
        ShopProcesses shop = new ShopProcesses(folder);
        try {
            ChildProcess infrastructure = shop.launch("infrastructure", "Infrastructure",
                    Integer.toString(shop.databasePort), Integer.toString(shop.registryPort));
            await().atMost(START_LIMIT).until(() -> infrastructure.output().contains("Database on port"));
            for (String service : SERVICES) {
                shop.startService(service);
            }
            for (String service : SERVICES) {
                shop.awaitService(service);
            }
            return shop;
        } catch (IOException | RuntimeException e) {
            shop.close();
            throw e;
        }
    }

    void startService(String service) throws IOException {
        String name = Character.toUpperCase(service.charAt(0)) + service.substring(1);
        int httpPort = service.equals("order") ? orderPort : payPort;
        launch(service, name,
                "--shop.registry=127.0.0.1:" + registryPort,
                "--shop.database=" + database(service),
                "--shop.rpc-port=" + rpcPorts.get(service),
                "--shop.steps=" + steps,
                "--shop.outbox.sweep-after-ms=2000",
                "--shop.consumer.lease-ms=2000",
                "--shop.order.give-up-after-ms=6000",
                "--rocketmq.name-server=" + broker.nameServer(),
                "--server.port=" + httpPort);
    }

    /** Waits until a service logs that it has started. */
    void awaitService(String service) {
        ChildProcess process = running.get(service);
        await().atMost(START_LIMIT)
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(service + " ended:\n" + process.tail());
                    }
                })
                .until(() -> process.outputSinceStart().contains("Application in "));
    }

    /** Kills services as SIGKILL does, removes all breakpoints, and starts the services again. */
    void killAndRestart(String... services) throws IOException, InterruptedException {
        for (String service : services) {
            ChildProcess process = running.remove(service);
            process.kill();
            process.close();
        }
        forgetSteps();
        for (String service : services) {
            awaitForgotten(service);
        }
        for (String service : services) {
            startService(service);
        }
        for (String service : services) {
            awaitService(service);
        }
    }

    /** Waits until the registry has removed a killed service; only then do callers look for the new instance. */
    private void awaitForgotten(String service) throws IOException, InterruptedException {
        String name = Character.toUpperCase(service.charAt(0)) + service.substring(1);
        String providers = "/dubbo/io.posthorse.example.shop.api." + name + "Service/providers";
        ZooKeeper registry = new ZooKeeper("127.0.0.1:" + registryPort, 10_000, event -> { });
        try {
            await().atMost(Duration.ofSeconds(20)).ignoreException(KeeperException.ConnectionLossException.class).until(() ->
                    registry.exists(providers, false) == null || registry.getChildren(providers, false).isEmpty());
        } finally {
            registry.close();
        }
    }

    private ChildProcess launch(String label, String name, String... arguments) throws IOException {
        String packageName = "io.posthorse.example.shop." + label;
        Path target = Path.of("target").toAbsolutePath();
        String classPath = target.resolve("classes") + ":" + target.resolve("lib") + "/*";
        ProcessBuilder builder = new JavaCommand(classPath, packageName + "." + name + "Application")
                .options(OPTIONS)
                .arguments(arguments)
                .builder();
        ChildProcess process = ChildProcess.start(builder, folder.resolve(label + ".log"));
        running.put(label, process);
        return process;
    }

    /** Stops the next thread that reaches a step. */
    void stopAt(String step) throws IOException {
        Files.writeString(steps.resolve(step), "stop");
    }

    /** Makes the next thread that reaches a step fail. */
    void failAt(String step) throws IOException {
        Files.deleteIfExists(steps.resolve(step + ".reached"));
        Files.writeString(steps.resolve(step + ".new"), "fail");
        Files.move(steps.resolve(step + ".new"), steps.resolve(step));
    }

    /** Waits until a thread has stopped or failed at a step. */
    void awaitReached(String step) {
        await("step " + step).atMost(Duration.ofSeconds(20)).until(() -> Files.exists(steps.resolve(step + ".reached")));
    }

    /** Resumes the thread that is stopped at a step. */
    void goOn(String step) throws IOException {
        Files.delete(steps.resolve(step + ".reached"));
    }

    void forgetSteps() throws IOException {
        try (var files = Files.list(steps)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    String database(String service) {
        return "jdbc:h2:tcp://127.0.0.1:" + databasePort + "/mem:" + service + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=5000";
    }

    String orderAddress() {
        return "http://127.0.0.1:" + orderPort;
    }

    String payAddress() {
        return "http://127.0.0.1:" + payPort;
    }

    /** Returns the output of a service. */
    String output(String service) {
        return running.get(service).output();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        running.values().forEach(ChildProcess::close);
        broker.close();
    }
}
