package io.posthorse.cli;

import io.posthorse.server.OwnFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The note that a process which a script started keeps as long as it runs: a file that is locked and has its id. The
 * lock ends with the process whatever becomes of it, so the id in a locked file is never that of another process. The
 * file goes when the process ends in order; one that stays tells that it did not.
 */
final class RunFile implements Closeable {
    private static final String SUFFIX = ".pid";

    private final Path file;
    private final FileChannel channel;

    private RunFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** A process that a script started and that runs. */
    record Running(long pid, Path file) {
        /** Whether it still runs; known even where its entry stays in the table of processes. */
        boolean runs() throws IOException {
            try {
                return Files.exists(file) && isLocked(file);
            } catch (NoSuchFileException e) {
                return false;
            }
        }

        /** Whether it has ended in order, once it has ended. */
        boolean leftInOrder() {
            return !Files.exists(file);
        }
    }

    /** Notes this process. */
    static RunFile of(Path folder, String kind) throws IOException {
        OwnFiles.createDirectories(folder);
        long pid = ProcessHandle.current().pid();
        Path file = folder.resolve(kind + "-" + pid + SUFFIX);
        while (true) {
            OwnFiles.create(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((pid + "\n").getBytes(StandardCharsets.US_ASCII)));
            if (Files.exists(file)) {
                return new RunFile(file, channel);
            }
            channel.close(); // it was cleared away between its making and its lock
        }
    }

    /** The processes of a kind that run; notes that killed ones left behind are cleared away. */
    static List<Running> running(Path folder, String kind) throws IOException {
        List<Running> running = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return running;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().matches(kind + "-\\d+\\" + SUFFIX)).sorted().toList();
        }
        for (Path file : files) {
            if (isLocked(file)) {
                running.add(new Running(Long.parseLong(Files.readString(file).strip()), file));
            } else {
                Files.deleteIfExists(file);
            }
        }
        return running;
    }

    private static boolean isLocked(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
    }
}
