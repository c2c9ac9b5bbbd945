package io.posthorse.cli;

import io.posthorse.server.Server;
import io.posthorse.server.config.ConfigException;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the server until it is told to stop. */
@Command(name = "start", description = "Start name server and broker.", mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "properties file, RocketMQ's broker.conf will do")
    private Path config;

    @Option(names = {"-d", "--data"}, paramLabel = "DIR", description = "data directory (default: data)")
    private Path data;

    @Option(names = {"-s", "--set"}, paramLabel = "KEY=VALUE", description = "one setting; may be repeated")
    private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        long began = System.nanoTime();
        ServerConfig parsed;
        try {
            parsed = ConfigLoader.load(sources());
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return 2;
        } catch (IOException e) {
            System.err.println("The configuration file " + config + " cannot be read (" + e.getClass().getSimpleName()
                    + "). Name a file that exists with --config, or leave the option out.");
            return 2;
        }
        parsed.notes().forEach(System.out::println);
        Server server;
        try {
            server = Server.start(parsed);
        } catch (IOException e) {
            System.err.println("Posthorse did not start. " + e.getMessage());
            return cannotWrite(e) ? 3 : 1;
        }
        announce(server, (System.nanoTime() - began) / 1_000_000);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, stopped), "posthorse-stop"));
        stopped.await();
        return 0;
    }

    private static boolean cannotWrite(IOException e) {
        return e instanceof AccessDeniedException
                || (e instanceof FileSystemException && String.valueOf(e.getMessage()).contains("Read-only"));
    }

    private ConfigSources sources() throws IOException {
        List<String> sets = new ArrayList<>();
        if (data != null) {
            sets.add("storePathRootDir=" + data);
        }
        sets.addAll(settings);
        String name = config == null ? null : config.toString();
        String text = config == null ? null : Files.readString(config);
        return new ConfigSources(name, text, System.getenv(), sets, hostName());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    private static void announce(Server server, long ms) throws IOException {
        ServerConfig config = server.config();
        String host = config.listen().bind();
        System.out.printf("Posthorse is ready after %d ms.%n", ms);
        if (server.nameServerPort() != ServerConfig.OFF) {
            System.out.printf("  name server  %s:%d   (what RocketMQ clients call namesrvAddr)%n", host,
                    server.nameServerPort());
        }
        System.out.printf("  broker       %s:%d   cluster %s, broker %s%n", host, server.brokerPort(),
                config.identity().cluster(), config.identity().brokerName());
        announceGrpc(server, host);
        System.out.printf("  data         %s   flush %s: %s%n", Path.of(config.storage().directory()).toAbsolutePath(),
                config.storage().flush(),
                config.storage().flush() == ServerConfig.FlushMode.SYNC_FLUSH
                        ? "acknowledged means on the disk"
                        : "acknowledged survives a killed process; a power cut may cost the last "
                                + config.storage().flushIntervalMs() + " ms");
        announceAccess(server, config);
        System.out.flush();
    }

    /** Named before it is open where its number is known, so that nobody waits for it. */
    private static void announceGrpc(Server server, String host) {
        int configured = server.config().listen().grpcPort();
        try {
            if (configured != ServerConfig.OFF) {
                System.out.printf("  gRPC         %s:%d   (what RocketMQ 5 clients call endpoints)%n", host,
                        configured == 0 ? server.grpcPort() : configured);
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }

    private static void announceAccess(Server server, ServerConfig config) throws IOException {
        if (!config.access().enabled()) {
            return;
        }
        String secret = server.secretFile();
        System.out.printf("  access       users only%s%s%n",
                secret == null
                        ? ""
                        : "; the first super user and its secret are in "
                                + Path.of(config.storage().directory()).resolve(secret).toAbsolutePath()
                                + ": read it, keep it elsewhere, delete the file",
                config.listen().tls().isOn()
                        ? ""
                        : "; without a certificate whoever is on the way can repeat signed requests");
    }

    private static void stop(Server server, CountDownLatch stopped) {
        try {
            server.close();
            System.out.println("Posthorse has stopped; everything is on the disk.");
        } catch (IOException e) {
            System.err.println("Posthorse stopped with an error: " + e.getMessage());
        } finally {
            stopped.countDown();
        }
    }
}
