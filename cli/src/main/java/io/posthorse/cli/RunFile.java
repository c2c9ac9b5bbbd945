package io.posthorse.cli;

import io.posthorse.server.OwnFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file that a running server keeps so that other commands find it: locked, with the process id in its first line and the
 * server's description in the others. The lock ends with the process in any case, so the id in a locked file is never that
 * of another process. An orderly stop deletes the file; a remaining one indicates another end.
 *
 * <p>Its name contains the place in which the id is valid: machines and containers may share a home directory, but have
 * their own ids.
 */
final class RunFile implements Closeable {
    private static final String SUFFIX = ".pid";
    private static final String STOP = ".stop";
    private static final long LOOK_MS = 200;

    /** The locked byte, far behind the text, since no process on Windows can read a range that another one has locked. */
    private static final long LOCKED_AT = Long.MAX_VALUE - 1;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path ID_NAMESPACE = Path.of("/proc/self/ns/pid");

    private final Path file;
    private final FileChannel channel;

    private RunFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * A running server.
     *
     * @param kind kind of process: {@code server}, {@code nameserver}, {@code broker} or {@code namesrv}
     * @param about description of the server, line by line
     */
    record Running(long pid, String kind, List<String> about, Path file) {
        /** Returns whether it still runs; correct even where the system still lists a process that has ended. */
        boolean runs() throws IOException {
            try {
                return Files.exists(file) && isLocked(file);
            } catch (NoSuchFileException e) {
                return false;
            }
        }

        /** Returns whether it stopped in order, once it has ended. */
        boolean leftInOrder() {
            return !Files.exists(file);
        }

        /**
         * Asks it to stop: by a signal, or where the system has none (Windows), by a file for which it looks.
         *
         * @return false where this user lacks the permission
         */
        boolean askToStop() throws IOException {
            var process = ProcessHandle.of(pid);
            if (process.isEmpty()) {
                return true;
            }
            if (!process.get().supportsNormalTermination()) {
                Files.write(stopFile(file), new byte[0]);
                return true;
            }
            return process.get().destroy() || !process.get().isAlive();
        }
    }

    /**
     * Writes the file of this process. Where the system has no signals, the process ends once a stop file appears.
     */
    static RunFile of(Path folder, String kind, List<String> about) throws IOException {
        RunFile note = note(folder, kind, about);
        if (!ProcessHandle.current().supportsNormalTermination()) {
            watch(stopFile(note.file), () -> System.exit(Launch.WELL));
        }
        return note;
    }

    private static RunFile note(Path folder, String kind, List<String> about) throws IOException {
        OwnFiles.createDirectories(folder);
        long pid = ProcessHandle.current().pid();
        Path file = folder.resolve(kind + "-" + pid + "-" + here() + SUFFIX);
        String text = pid + "\n" + (about.isEmpty() ? "" : String.join("\n", about) + "\n");
        while (true) {
            OwnFiles.create(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock(LOCKED_AT, 1, false);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            if (Files.exists(file)) {
                Files.deleteIfExists(stopFile(file));
                return new RunFile(file, channel);
            }
            channel.close(); // another process deleted it between creation and lock
        }
    }

    /** Returns a word for the machine and the container in which this process's id is valid. */
    static String here() {
        String place;
        try {
            place = Files.readString(BOOT_ID) + Files.readSymbolicLink(ID_NAMESPACE);
        } catch (IOException | UnsupportedOperationException e) {
            place = ""; // not Linux: a machine without containers
        }
        return String.format("%08x", place.hashCode());
    }

    /** Calls {@code stop} once the file exists. */
    static Thread watch(Path stopFile, Runnable stop) {
        Thread watch = new Thread(() -> {
            try {
                while (!Files.exists(stopFile)) {
                    Thread.sleep(LOOK_MS);
                }
                stop.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "posthorse-stop-file");
        watch.setDaemon(true);
        watch.start();
        return watch;
    }

    private static Path stopFile(Path file) {
        return file.resolveSibling(file.getFileName() + STOP);
    }

    /**
     * Returns the running servers of this machine and container whose kind matches. Deletes the files of killed ones.
     */
    static List<Running> running(Path folder, String kind) throws IOException {
        List<Running> running = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return running;
        }
        Pattern names = Pattern.compile("(" + kind + ")-(\\d+)(?:-([0-9a-f]{8}))?\\" + SUFFIX);
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            Matcher name = names.matcher(file.getFileName().toString());
            if (!name.matches()) {
                continue;
            }
            if (name.group(3) != null && !name.group(3).equals(here())) {
                continue;
            }
            try {
                addRunning(file, name, running);
            } catch (IOException e) {
                // another user's file, or the server has just ended
            }
        }
        return running;
    }

    private static void addRunning(Path file, Matcher name, List<Running> running) throws IOException {
        if (!isLocked(file, () -> clear(file))) {
            return;
        }
        Optional<String> user = ProcessHandle.of(Long.parseLong(name.group(2))).flatMap(process -> process.info().user());
        if (!isOf(file, user)) {
            return;
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        running.add(new Running(Long.parseLong(name.group(2)), name.group(1),
                lines.isEmpty() ? List.of() : List.copyOf(lines.subList(1, lines.size())), file));
    }

    /**
     * Returns whether a process may have written a file: both have the same owner, or the system does not tell. The
     * superuser, who may work in another user's home directory, must not be made to stop that user's choice of processes.
     *
     * @param user owner of the process, where the system tells
     */
    static boolean isOf(Path file, Optional<String> user) throws IOException {
        boolean hasSignals = ProcessHandle.current().supportsNormalTermination();
        return !hasSignals || user.isEmpty() || Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName().equals(user.get());
    }

    private static void clear(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(stopFile(file));
    }

    private static boolean isLocked(Path file) throws IOException {
        return isLocked(file, () -> {});
    }

    /** @param otherwise runs with the lock: a server that has just made the file waits for that, and makes another one */
    private static boolean isLocked(Path file, Closeable otherwise) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            boolean isLocked = channel.tryLock(LOCKED_AT, 1, false) == null;
            if (!isLocked) {
                otherwise.close();
            }
            return isLocked;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(stopFile(file));
        Files.deleteIfExists(file); // before the lock ends: an existing file without a lock indicates another end
        channel.close();
    }
}
