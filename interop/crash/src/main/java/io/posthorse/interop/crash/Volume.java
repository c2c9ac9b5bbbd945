package io.posthorse.interop.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system in a file whose power can be cut: data that was not forced is lost, as the file system's journal determines.
 * Needs Linux, root, mkfs.ext4, mount and perl.
 */
final class Volume implements AutoCloseable {
    private static final String SIZE = "4G";
    /** FS_IOC_SHUTDOWN, and its flag that also stops writing of the journal. */
    private static final String SHUTDOWN = "open(my $f, '<', $ARGV[0]) or die $!;"
            + " my $flags = pack('L', 2); ioctl($f, 0x8004587d, $flags) or die $!;";

    private static final int UNMOUNT_ATTEMPTS = 50;

    private final Path image;
    private final Path directory;

    private Volume(Path image, Path directory) {
        this.image = image;
        this.directory = directory;
    }

    /** Creates an empty file system in a directory, and mounts it on a subdirectory. */
    static Volume create(Path folder, String name) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(folder.resolve(name));
        Volume volume = new Volume(folder.resolve(name + ".img"), directory);
        run(List.of("truncate", "-s", SIZE, volume.image.toString()));
        run(List.of("mkfs.ext4", "-q", "-F", volume.image.toString()));
        volume.mount();
        return volume;
    }

    private void mount() throws IOException, InterruptedException {
        run(List.of("mount", "-o", "loop", image.toString(), directory.toString()));
    }

    /** Cuts the power: nothing is written from now on. */
    void cut() throws IOException, InterruptedException {
        run(List.of("perl", "-e", SHUTDOWN, directory.resolve("lost+found").toString()));
    }

    /** Mounts it again, like a restart of the machine. No process may have its files open. */
    void restore() throws IOException, InterruptedException {
        unmount();
        mount();
    }

    /** Unmounts it, and deletes it. */
    @Override
    public void close() throws IOException, InterruptedException {
        unmount();
        Files.deleteIfExists(image);
    }

    /** Unmounts it; repeats that, since ended processes may hold files for a moment. */
    private void unmount() throws IOException, InterruptedException {
        for (int left = UNMOUNT_ATTEMPTS; ; left--) {
            try {
                run(List.of("umount", directory.toString()));
                return;
            } catch (IOException e) {
                if (left == 0) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command.subList(0, 1)) + " failed: " + said
                    + ". Power cuts need Linux, root, mkfs.ext4, mount and perl.");
        }
    }
}
