package io.posthorse.cli;

import io.posthorse.server.LogPlace;
import io.posthorse.server.config.ConfigException;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The common part of all commands that start something: read the configuration, start, announce, and wait for the end. */
final class Launch {
    /** Exit codes; see {@link Main}. */
    static final int WELL = 0;
    static final int NOT_STARTED = 1;
    static final int WRONG_CONFIGURATION = 2;
    static final int CANNOT_WRITE = 3;
    static final int NODE_FAILED = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

    private Launch() {}

    /** Starts something that runs until it is closed. */
    interface Opening<T> {
        T open() throws IOException;
    }

    /** Prints on the console that it runs. */
    interface Greeting<T> {
        void say(T opened, long ms) throws IOException;
    }

    /**
     * Returns the configuration of a role.
     *
     * @param presets settings of the command; all others take precedence
     * @param file a properties file, or null
     * @param sets settings of the command line; they take precedence over all others
     * @return null where it is invalid; the reason was printed
     */
    static ServerConfig configuration(Role role, List<String> presets, Path file, List<String> sets) {
        try {
            String text = file == null ? null : ConfigSources.text(Files.readAllBytes(file));
            ConfigSources sources = new ConfigSources(
                    role, presets, file == null ? null : file.toString(), text, System.getenv(), sets, hostName(),
                    plainAcl(file, System.getenv("ROCKETMQ_HOME"), System.getenv("POSTHORSE_HOME")));
            return ConfigLoader.load(sources);
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
        } catch (IOException e) {
            System.err.println("The configuration file " + file + " cannot be read (" + e.getClass().getSimpleName()
                    + "). Name a file that exists, or leave the option out.");
        }
        return null;
    }

    /** Returns RocketMQ 4's file of accounts: beside the configuration, in conf of RocketMQ, or of this program; or null. */
    static String plainAcl(Path file, String... homes) {
        List<Path> places = new ArrayList<>();
        if (file != null) {
            places.add(file.toAbsolutePath().resolveSibling("plain_acl.yml"));
        }
        for (String home : homes) {
            if (home != null && !home.isBlank()) {
                places.add(Path.of(home, "conf", "plain_acl.yml"));
            }
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
     * A program to run, and its server log.
     *
     * @param place place of its server log; null where that is not written to a file
     * @param isInData whether that is in the data directory, into which nothing is written before it is locked
     * @param ended runs after an orderly end
     */
    record Run<T extends AutoCloseable>(
            ServerConfig config, LogPlace place, boolean isInData, Opening<T> opening, Greeting<T> greeting,
            Closeable ended) {}

    /**
     * Opens it, announces it, and waits until the process is asked to end.
     *
     * @return the exit code
     */
    static <T extends AutoCloseable> int run(Run<T> what) throws IOException, InterruptedException {
        long began = System.nanoTime();
        List<String> warnings = new ArrayList<>(what.config.notes());
        LogLines[] installed = new LogLines[1];
        LogFile file = LogFile.follow((out, console) -> installed[0] = LogLines.install(out, console));
        LogLines lines = installed[0];
        what.config.logging().levels().apply();
        Thread.setDefaultUncaughtExceptionHandler((thread, fault) ->
                LOG.error("The thread {} ended by a fault of this program; please report it.", thread.getName(), fault));
        if (!what.isInData) {
            open(file, what.place, warnings);
        }
        Announcement.ignored(what.config);
        T opened;
        try {
            opened = what.opening.open();
        } catch (IOException e) {
            lines.flush();
            Announcement.warnings(warnings);
            System.err.println("Posthorse did not start. " + reason(e));
            what.ended.close();
            file.drain();
            return cannotWrite(e) ? CANNOT_WRITE : NOT_STARTED;
        }
        if (what.isInData) {
            open(file, what.place, warnings);
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(
                new Thread(() -> stop(opened, what.ended, lines, file, stopped), "posthorse-stop"));
        lines.flush();
        long ms = (System.nanoTime() - began) / 1_000_000;
        atOnce(() -> {
            what.greeting.say(opened, ms);
            Announcement.warnings(warnings);
        });
        stopped.await();
        return WELL;
    }

    /** Prints something. */
    private interface Printing {
        void print() throws IOException;
    }

    /** Prints all lines in one write, so that a script that has seen the first one finds the others. */
    private static void atOnce(Printing printing) throws IOException {
        PrintStream console = System.out;
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        System.setOut(new PrintStream(lines, true, StandardCharsets.UTF_8));
        try {
            printing.print();
        } finally {
            System.setOut(console);
            console.write(lines.toByteArray(), 0, lines.size());
            console.flush();
        }
    }

    private static void open(LogFile file, LogPlace place, List<String> warnings) {
        String problem = file.open(place);
        if (problem != null) {
            warnings.add(problem);
        }
    }

    /** Returns the reason in plain words: Java's exceptions about files say little more than a path. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + " cannot be written by this user. Let it, or name another data directory (--data DIR,"
                    + " or storePathRootDir).";
        }
        return e instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getFile() + ": " + failure.getReason()
                : String.valueOf(e.getMessage());
    }

    private static boolean cannotWrite(IOException e) {
        return e instanceof AccessDeniedException
                || (e instanceof FileSystemException failure && failure.getFile() != null
                        && isReadOnly(Path.of(failure.getFile()).toAbsolutePath()));
    }

    /** Returns whether the file system of a path, or of its first existing parent, is read-only; false where unknown. */
    private static boolean isReadOnly(Path path) {
        Path there = path;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        try {
            return there != null && Files.getFileStore(there).isReadOnly();
        } catch (IOException e) {
            return false;
        }
    }

    private static void stop(AutoCloseable opened, Closeable ended, LogLines lines, LogFile file, CountDownLatch stopped) {
        try {
            opened.close();
            lines.flush();
            ended.close();
            System.out.println("Posthorse has stopped; everything is on the disk.");
        } catch (Exception e) {
            lines.flush();
            System.err.println("Posthorse stopped with an error: " + e.getMessage());
        } finally {
            file.drain();
            stopped.countDown();
        }
    }
}
