package io.posthorse.clustertest.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A file system of its own in a sparse file, for one node: it fills up, rots, and loses its power, alone. */
final class Volume {
    /** FS_IOC_SHUTDOWN, and its flag that the journal is not written either. */
    private static final String SHUTDOWN = "open(my $f, '<', $ARGV[0]) or die $!;"
            + " my $flags = pack('L', 2); ioctl($f, 0x8004587d, $flags) or die $!;";
    private static final String FILLER = "filler";
    private static final String DATA = "data";
    private static final int ATTEMPTS = 100;

    private final Path image;
    private final Path directory;

    private Volume(Path image, Path directory) {
        this.image = image;
        this.directory = directory;
    }

    static Volume create(Traces traces, String name, long bytes) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(traces.folder().resolve(name).resolve("disk"));
        Volume volume = new Volume(traces.folder().resolve(name).resolve("disk.img"), directory);
        try (RandomAccessFile file = new RandomAccessFile(volume.image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        // no blocks that are kept for root: a full disk is full
        Shell.run("mkfs.ext4", "-q", "-F", "-m", "0", volume.image.toString());
        traces.add(Traces.Kind.MOUNT, directory.toString());
        volume.mount();
        return volume;
    }

    private void mount() throws IOException, InterruptedException {
        Shell.run("mount", "-o", "loop", image.toString(), directory.toString());
    }

    /** Returns the directory for a node's data. */
    Path data() {
        return directory.resolve(DATA);
    }

    /** Takes all space but a few KiB. */
    void fill() throws IOException, InterruptedException {
        long free = Files.getFileStore(directory).getUsableSpace();
        Shell.run("fallocate", "-l", Long.toString(Math.max(4096, free - 64 * 1024)), directory.resolve(FILLER).toString());
    }

    /** Gives the space back. */
    void empty() throws IOException {
        Files.deleteIfExists(directory.resolve(FILLER));
    }

    /** Deletes the node's data, as a new disk in its place. */
    void wipe() throws IOException {
        try (Stream<Path> all = Files.walk(data())) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Cuts the power: what the file system has not written to the disk by now never is. */
    void cutPower() throws IOException, InterruptedException {
        Shell.run("perl", "-e", SHUTDOWN, directory.resolve("lost+found").toString());
    }

    /** Mounts it anew, as a start of the machine does; its processes have ended. */
    void restorePower() throws IOException, InterruptedException {
        for (int left = ATTEMPTS;; left--) {
            Shell.Outcome outcome = Shell.attempt(List.of("umount", directory.toString()));
            if (outcome.code() == 0) {
                break;
            }
            if (left == 0) {
                throw new IOException("umount failed: " + outcome.output());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        mount();
    }

    /** Flips a bit of a byte that chance chooses among those of the log that are not 0; returns where. */
    String rot(Random random) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(directory.resolve(DATA))) {
            all.filter(path -> path.getFileName().toString().endsWith(".log") && isUsed(path)).sorted().forEach(files::add);
        }
        if (files.isEmpty()) {
            throw new IOException("no segment of a log below " + directory);
        }
        Path file = files.get(random.nextInt(files.size()));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long used = bytes.length();
            for (int attempt = 0;; attempt++) {
                long position = 4096 + random.nextLong(Math.max(1, used - 4096));
                bytes.seek(position);
                int old = bytes.read();
                if (old > 0 || (attempt > 10_000 && old == 0)) {
                    bytes.seek(position);
                    bytes.write(old ^ 1 << random.nextInt(8));
                    return file.getFileName() + " at " + position;
                }
            }
        }
    }

    private static boolean isUsed(Path path) {
        try {
            return Files.isRegularFile(path) && Files.size(path) > 8192;
        } catch (IOException e) {
            return false; // it has just gone
        }
    }

    /** Returns the device's numbers, major:minor. */
    String device() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            String[] fields = line.split(" ");
            if (fields[4].equals(directory.toString())) {
                return fields[2];
            }
        }
        throw new IOException(directory + " is not mounted");
    }
}
