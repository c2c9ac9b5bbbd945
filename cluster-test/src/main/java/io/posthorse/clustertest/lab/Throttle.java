package io.posthorse.clustertest.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A control group of one node that slows its disk: what its processes read and force. With version 1 of control groups, what
 * the kernel writes back by itself is not slowed.
 */
final class Throttle {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private final Path folder;
    private final boolean versionOne;

    private Throttle(Path folder, boolean versionOne) {
        this.folder = folder;
        this.versionOne = versionOne;
    }

    /** Returns the folder in which groups can be made that slow disks; null where the system has none. */
    private static Path home() throws IOException {
        if (Files.isWritable(ROOT.resolve("blkio/blkio.throttle.write_bps_device"))) {
            return ROOT.resolve("blkio");
        }
        Path passed = ROOT.resolve("cgroup.subtree_control");
        return Files.isReadable(passed) && (" " + Files.readString(passed).trim() + " ").contains(" io ") ? ROOT : null;
    }

    static boolean isPossible() {
        try {
            return home() != null;
        } catch (IOException e) {
            return false;
        }
    }

    static Throttle create(Traces traces, String name) throws IOException {
        Path home = home();
        if (home == null) {
            return null;
        }
        Path folder = home.resolve(name);
        traces.add(Traces.Kind.CGROUP, folder.toString());
        Files.createDirectory(folder);
        return new Throttle(folder, !home.equals(ROOT));
    }

    /** Returns the file into which a process writes its number to be slowed. */
    Path members() {
        return folder.resolve("cgroup.procs");
    }

    /** Limits a device; 0 takes the limit away. */
    void limit(String device, long bytesPerSecond, long operationsPerSecond) throws IOException {
        if (versionOne) {
            for (String way : new String[] {"read", "write"}) {
                Files.writeString(folder.resolve("blkio.throttle." + way + "_bps_device"), device + " " + bytesPerSecond);
                Files.writeString(folder.resolve("blkio.throttle." + way + "_iops_device"), device + " "
                        + operationsPerSecond);
            }
        } else {
            String bytes = bytesPerSecond == 0 ? "max" : Long.toString(bytesPerSecond);
            String operations = operationsPerSecond == 0 ? "max" : Long.toString(operationsPerSecond);
            Files.writeString(folder.resolve("io.max"), device + " rbps=" + bytes + " wbps=" + bytes + " riops=" + operations
                    + " wiops=" + operations);
        }
    }
}
