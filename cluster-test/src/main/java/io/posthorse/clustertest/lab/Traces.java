package io.posthorse.clustertest.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Everything that a lab makes outside of its JVM, written into a file in its folder before it is made. So it can be
 * undone when the
 * lab ends, or after it was killed, and nothing else is touched.
 */
final class Traces {
    private static final String NAME = "traces";
    private static final int ATTEMPTS = 50;
    /** Place of the start time among the fields behind the name in /proc/PID/stat. */
    private static final int STARTED = 19;

    /** Kinds of things to undo. */
    enum Kind { OWNER, PROCESS, NETWORK, MOUNT, CGROUP }

    private record Trace(Kind kind, String value) {
    }

    private final Path folder;

    private Traces(Path folder) {
        this.folder = folder;
    }

    /** Creates the folder of a lab, owned by this process. */
    static Traces create(Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        Files.createDirectory(folder);
        Traces traces = new Traces(folder);
        traces.add(Kind.OWNER, identity(ProcessHandle.current().pid()));
        return traces;
    }

    /** Returns the traces of labs below a folder whose process has ended. */
    static List<Traces> ofEndedLabs(Path root) throws IOException {
        List<Traces> ended = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return ended;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            for (Path folder : folders) {
                if (Files.exists(folder.resolve(NAME))) {
                    Traces traces = new Traces(folder);
                    if (!traces.isOwned()) {
                        ended.add(traces);
                    }
                }
            }
        }
        return ended;
    }

    private boolean isOwned() throws IOException {
        for (Trace one : read()) {
            if (one.kind() == Kind.OWNER && process(one.value()).isPresent()) {
                return true;
            }
        }
        return false;
    }

    Path folder() {
        return folder;
    }

    /** Writes down what is about to be made. */
    synchronized void add(Kind kind, String value) throws IOException {
        Files.writeString(folder.resolve(NAME), kind + "\t" + value + "\n",
                StandardOpenOption.CREATE, StandardOpenOption.APPEND,
                StandardOpenOption.SYNC);
    }

    /** Writes down a process that was started. */
    void addProcess(long pid) throws IOException {
        add(Kind.PROCESS, identity(pid));
    }

    /**
     * Undoes everything, the last thing first, and then forgets it; returns what could not be undone. The folder stays
     * where it is to
     * be kept, without what needs the system.
     */
    List<String> undo(boolean keepFolder) throws IOException, InterruptedException {
        List<String> left = new ArrayList<>();
        List<Trace> all = read();
        for (Kind kind : List.of(Kind.PROCESS, Kind.MOUNT, Kind.CGROUP, Kind.NETWORK)) {
            for (Trace one : all.reversed()) {
                if (one.kind() == kind && !undo(one)) {
                    left.add(one.kind() + " " + one.value());
                }
            }
        }
        if (left.isEmpty() && !keepFolder) {
            delete(folder);
        } else if (left.isEmpty()) {
            Files.delete(folder.resolve(NAME));
        }
        return left;
    }

    /** Repeats an attempt: ended processes may hold files for a moment. */
    private static boolean undo(Trace one) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            boolean gone = switch (one.kind()) {
                case PROCESS -> process(one.value()).map(p -> !p.destroyForcibly() && !p.isAlive()).orElse(true);
                case MOUNT -> !isMounted(one.value()) || Shell.attempt(List.of("umount", one.value())).code() == 0;
                case CGROUP -> !Files.exists(Path.of(one.value()))
                        || Shell.attempt(List.of("rmdir", one.value())).code() == 0;
                case NETWORK -> !Files.exists(Path.of("/run/netns", one.value()))
                        || Shell.attempt(List.of("ip", "netns", "delete", one.value())).code() == 0;
                case OWNER -> true;
            };
            if (gone) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return false;
    }

    static boolean isMounted(String path) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .anyMatch(line -> line.split(" ")[4].equals(path));
    }

    private List<Trace> read() throws IOException {
        List<Trace> all = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(NAME))) {
            int tab = line.indexOf('\t');
            if (tab > 0) {
                all.add(new Trace(Kind.valueOf(line.substring(0, tab)), line.substring(tab + 1)));
            }
        }
        return all;
    }

    /** Returns the number of a process with the tick of the machine's clock at which it started. */
    private static String identity(long pid) throws IOException {
        Path file = Path.of("/proc", Long.toString(pid), "stat");
        String text = Files.exists(file) ? Files.readString(file) : ") ended";
        String[] fields = text.substring(text.lastIndexOf(')') + 1).trim().split(" ");
        return pid + " " + (fields.length > STARTED ? fields[STARTED] : "ended");
    }

    /** Returns the process of an identity, and not another one that has its number by now. */
    private static Optional<ProcessHandle> process(String identity) throws IOException {
        long pid = Long.parseLong(identity.split(" ")[0]);
        return identity(pid).equals(identity) ? ProcessHandle.of(pid) : Optional.empty();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
