package io.posthorse.interop.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system of its own in a file, from which the power can be taken: what was not brought to stable storage is gone, in
 * the way in which the file system's journal says. Needs Linux, root, mkfs.ext4, mount and perl.
 */
final class Volume implements AutoCloseable {
    private static final String SIZE = "4G";
    /** FS_IOC_SHUTDOWN, and its flag that says that not even the journal is written any more. */
    private static final String SHUTDOWN = "open(my $f, '<', $ARGV[0]) or die $!;"
            + " my $flags = pack('L', 2); ioctl($f, 0x8004587d, $flags) or die $!;";

    private static final int UNMOUNT_ATTEMPTS = 50;

    private final Path image;
    private final Path directory;

    private Volume(Path image, Path directory) {
        this.image = image;
        this.directory = directory;
    }

    /** Makes an empty file system in a folder, and mounts it on a directory of it. */
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

    /** Takes the power away: from now on nothing is written, whoever asks for it. */
    void cut() throws IOException, InterruptedException {
        run(List.of("perl", "-e", SHUTDOWN, directory.resolve("lost+found").toString()));
    }

    /** Brings what was cut back, as the next start of the machine does. Nobody may have a file of it open. */
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

    /** Processes that have ended may hold files for a moment yet. */
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
