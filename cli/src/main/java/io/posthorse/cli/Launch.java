package io.posthorse.cli;

import io.posthorse.server.config.ConfigException;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What all commands that start something have in common: read the configuration, start, announce, wait for the end. */
final class Launch {
    /** Exit codes, as {@link Main} has them. */
    static final int WELL = 0;
    static final int NOT_STARTED = 1;
    static final int WRONG_CONFIGURATION = 2;
    static final int CANNOT_WRITE = 3;

    private Launch() {}

    /** Starts something that runs until it is closed. */
    interface Opening<T> {
        T open() throws IOException;
    }

    /** Says on the console that it runs. */
    interface Greeting<T> {
        void say(T opened, long ms) throws IOException;
    }

    /**
     * The configuration of a role.
     *
     * @param presets settings of the command, which everything else outranks
     * @param file a properties file, or null
     * @param sets settings of the command line, which outrank everything else
     * @return null where there is none; why not has been printed
     */
    static ServerConfig configuration(Role role, List<String> presets, Path file, List<String> sets) {
        try {
            String text = file == null ? null : ConfigSources.text(Files.readAllBytes(file));
            ConfigSources sources = new ConfigSources(
                    role, presets, file == null ? null : file.toString(), text, System.getenv(), sets, hostName(),
                    plainAcl(file, System.getenv("ROCKETMQ_HOME")));
            return ConfigLoader.load(sources);
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
        } catch (IOException e) {
            System.err.println("The configuration file " + file + " cannot be read (" + e.getClass().getSimpleName()
                    + "). Name a file that exists, or leave the option out.");
        }
        return null;
    }

    /** RocketMQ 4's file of accounts, beside the configuration or where RocketMQ was installed; null where there is none. */
    static String plainAcl(Path file, String rocketmqHome) {
        List<Path> places = new ArrayList<>();
        if (file != null) {
            places.add(file.toAbsolutePath().resolveSibling("plain_acl.yml"));
        }
        if (rocketmqHome != null && !rocketmqHome.isBlank()) {
            places.add(Path.of(rocketmqHome, "conf", "plain_acl.yml"));
        }
        return places.stream().filter(Files::isRegularFile).map(Path::toString).findFirst().orElse(null);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    /**
     * Opens, says so, and waits until the process is told to end.
     *
     * @param ended run once all is closed in order
     * @return the exit code
     */
    static <T extends AutoCloseable> int run(Opening<T> opening, Greeting<T> greeting, Closeable ended)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        T opened;
        try {
            opened = opening.open();
        } catch (IOException e) {
            System.err.println("Posthorse did not start. " + e.getMessage());
            ended.close();
            return cannotWrite(e) ? CANNOT_WRITE : NOT_STARTED;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(opened, ended, stopped), "posthorse-stop"));
        greeting.say(opened, (System.nanoTime() - began) / 1_000_000);
        System.out.flush();
        stopped.await();
        return WELL;
    }

    private static boolean cannotWrite(IOException e) {
        return e instanceof AccessDeniedException
                || (e instanceof FileSystemException && String.valueOf(e.getMessage()).contains("Read-only"));
    }

    private static void stop(AutoCloseable opened, Closeable ended, CountDownLatch stopped) {
        try {
            opened.close();
            System.out.println("Posthorse has stopped; everything is on the disk.");
            ended.close();
        } catch (Exception e) {
            System.err.println("Posthorse stopped with an error: " + e.getMessage());
        } finally {
            stopped.countDown();
        }
    }
}
