package io.posthorse.clustertest.lab;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the lab does to networks, disks and clocks, seen from outside of it; skipped where the system cannot run a lab. */
class LabIT {
    private static final Path HOME = Path.of("").toAbsolutePath().getParent();
    private static final String LISTENER = "use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalAddr => '0.0.0.0',"
            + " LocalPort => 7000, Listen => 5, ReuseAddr => 1) or die; print \"listening\\n\"; $| = 1;"
            + " while (my $c = $s->accept) { print $c \"hello\\n\"; close $c; }";
    private static final String CALLER = "use IO::Socket::INET; my $c = IO::Socket::INET->new(PeerAddr => $ARGV[0],"
            + " PeerPort => 7000, Timeout => 1) or exit 1; alarm 1; print scalar <$c>;";

    @TempDir
    Path folder;

    private Traces traces() throws IOException, InterruptedException {
        try {
            Lab.create(HOME, 1, Map.of()).close();
        } catch (Lab.MissingException e) {
            abort(e.getMessage());
        }
        return Traces.create(folder.resolve("lab"));
    }

    @Test
    void aPowerCutCostsWhatWasNotForced() throws Exception {
        Traces traces = traces();
        try {
            Volume volume = Volume.create(traces, "a", 64 << 20);
            Files.createDirectories(volume.data());
            Path forced = volume.data().resolve("forced");
            Path written = volume.data().resolve("written");
            try (FileChannel file = FileChannel.open(forced, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                file.force(true);
            }
            Files.write(written, new byte[] {4, 5, 6});
            volume.cutPower();
            volume.restorePower();
            assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(forced));
            assertFalse(Files.exists(written) && Files.size(written) > 0, "what was not forced is there");
        } finally {
            assertEquals(List.of(), traces.undo(false));
        }
    }

    @Test
    void aFullDiskTakesNothingUntilItIsEmptied() throws Exception {
        Traces traces = traces();
        try {
            Volume volume = Volume.create(traces, "a", 64 << 20);
            Files.createDirectories(volume.data());
            volume.fill();
            Path more = volume.data().resolve("more");
            assertThrows(IOException.class, () -> Files.write(more, new byte[1 << 20]));
            volume.empty();
            Files.write(more, new byte[1 << 20]);
        } finally {
            assertEquals(List.of(), traces.undo(false));
        }
    }

    @Test
    void rotFlipsOneBit() throws Exception {
        Traces traces = traces();
        try {
            Volume volume = Volume.create(traces, "a", 64 << 20);
            Path log = Files.createDirectories(volume.data()).resolve("0.log");
            byte[] before = new byte[20_000];
            new Random(1).nextBytes(before);
            Files.write(log, before);
            volume.rot(new Random(2));
            byte[] after = Files.readAllBytes(log);
            int bits = 0;
            for (int i = 0; i < before.length; i++) {
                bits += Integer.bitCount((before[i] ^ after[i]) & 0xff);
            }
            assertEquals(1, bits);
        } finally {
            assertEquals(List.of(), traces.undo(false));
        }
    }

    @Test
    void aSlowDiskIsSlowForItsMembers() throws Exception {
        Traces traces = traces();
        assumeTrue(Throttle.isPossible());
        try {
            Volume volume = Volume.create(traces, "a", 64 << 20);
            Files.createDirectories(volume.data());
            Throttle throttle = Throttle.create(traces, "phlabtest" + ProcessHandle.current().pid());
            throttle.limit(volume.device(), 1 << 20, 0);
            assertTrue(write(volume, throttle) > 700, "1 MiB at 1 MiB a second");
            throttle.limit(volume.device(), 0, 0);
            assertTrue(write(volume, throttle) < 700, "without a limit");
        } finally {
            assertEquals(List.of(), traces.undo(false));
        }
    }

    /** Returns the milliseconds that a member of a control group takes to write and force 1 MiB. */
    private static long write(Volume volume, Throttle throttle) throws Exception {
        long begin = System.nanoTime();
        Shell.run("sh", "-c", "echo $$ >" + throttle.members() + " && exec dd if=/dev/zero of="
                + volume.data().resolve("file")
                + " bs=64k count=16 conv=fsync");
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    @Test
    void aClockIsShiftedForOneProcess() throws Exception {
        Traces traces = traces();
        try {
            Path library = ShiftedClock.compile(HOME, traces.folder());
            assumeTrue(library != null, "no C compiler");
            ShiftedClock clock = ShiftedClock.create(library, traces.folder());
            clock.shift(Duration.ofDays(3));
            List<String> command = new ArrayList<>(List.of("env"));
            clock.environment().forEach((key, value) -> command.add(key + "=" + value));
            command.addAll(List.of(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                    System.getProperty("java.class.path"), Teller.class.getName()));
            long told = Long.parseLong(Shell.run(command.toArray(String[]::new)));
            long ahead = told - System.currentTimeMillis();
            assertTrue(Math.abs(ahead - Duration.ofDays(3).toMillis()) < 20_000, "ahead by " + ahead + " ms");
        } finally {
            assertEquals(List.of(), traces.undo(false));
        }
    }

    /** Tells the time. */
    static final class Teller {
        public static void main(String[] args) {
            System.out.println(System.currentTimeMillis());
        }
    }

    @Test
    void cablesAreCutAndLoseOneDirection() throws Exception {
        Traces traces = traces();
        try {
            Network network = Network.create(traces, "phnet" + ProcessHandle.current().pid(), List.of("a", "b"));
            for (String node : List.of("a", "b")) {
                List<String> command = new ArrayList<>(Network.inside(network.namespace(node)));
                command.addAll(List.of("perl", "-e", LISTENER));
                traces.addProcess(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().pid());
                awaitReach(network, network.hub(), node, true);
            }
            network.cut("a");
            assertFalse(reaches(network, network.hub(), "a"));
            assertFalse(reaches(network, network.namespace("b"), "a"));
            assertTrue(reaches(network, network.hub(), "b"));
            network.heal();
            awaitReach(network, network.hub(), "a", true);
            network.lose("a", "b"); // neither can open a connection: both need both directions
            assertFalse(reaches(network, network.namespace("a"), "b"));
            assertTrue(reaches(network, network.hub(), "a"));
            network.heal();
            awaitReach(network, network.namespace("a"), "b", true);
            network.loseAnswers("b");
            assertFalse(reaches(network, network.hub(), "b"));
            assertTrue(reaches(network, network.namespace("a"), "b"));
            network.heal();
            network.loseRequests("b");
            assertFalse(reaches(network, network.hub(), "b"));
            network.heal();
            awaitReach(network, network.hub(), "b", true);
        } finally {
            assertEquals(List.of(), traces.undo(false));
        }
    }

    private static void awaitReach(Network network, String from, String node, boolean wanted) {
        await().atMost(Duration.ofSeconds(20)).until(() -> reaches(network, from, node) == wanted);
    }

    private static boolean reaches(Network network, String from, String node) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Network.inside(from));
        command.addAll(List.of("perl", "-e", CALLER, network.address(node)));
        return Shell.attempt(command).output().equals("hello");
    }

    @Test
    void whatAKilledLabHasLeftIsUndone() throws Exception {
        traces().undo(false);
        Process process = new JavaCommand(System.getProperty("java.class.path"), Leaver.class.getName())
                .arguments(HOME.toString()).builder().inheritIO().start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(7, process.exitValue());
        String name = "phlab" + process.pid();
        Path left = Lab.root().resolve(name);
        assertTrue(Files.exists(Path.of("/run/netns", name + "-a")));
        assertTrue(Traces.isMounted(left.resolve("a/disk").toString()));
        assertTrue(Lab.clean().contains(left + ": undone"));
        assertFalse(Files.exists(left));
        assertFalse(Files.exists(Path.of("/run/netns", name + "-a")));
        assertFalse(Traces.isMounted(left.resolve("a/disk").toString()));
        try (Stream<Path> groups = Files.list(Path.of("/sys/fs/cgroup/blkio"))) {
            assertTrue(groups.noneMatch(group -> group.getFileName().toString().startsWith(name)));
        }
    }

    /** Makes a lab and ends as if it were killed. */
    static final class Leaver {
        public static void main(String[] args) throws Exception {
            Lab.create(Path.of(args[0]), 1, Map.of());
            Runtime.getRuntime().halt(7);
        }
    }
}
