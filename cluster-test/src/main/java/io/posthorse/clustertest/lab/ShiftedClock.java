package io.posthorse.clustertest.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;

/** The wall clock of one node, by a library that is compiled here and loaded before others; see {@code shifted-clock.c}. */
final class ShiftedClock {
    private static final Path SOURCE = Path.of("cluster-test", "src", "main", "c", "shifted-clock.c");

    private final Path library;
    private final Path shift;

    private ShiftedClock(Path library, Path shift) {
        this.library = library;
        this.shift = shift;
    }

    static boolean isPossible(Path home) {
        return Shell.has("cc") && Files.exists(home.resolve(SOURCE));
    }

    /** Compiles the library of a lab; returns null where there is no compiler. */
    static Path compile(Path home, Path folder) throws IOException, InterruptedException {
        if (!isPossible(home)) {
            return null;
        }
        Path library = folder.resolve("shifted-clock.so");
        Shell.run("cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), home.resolve(SOURCE).toString(), "-ldl");
        return library;
    }

    static ShiftedClock create(Path library, Path folder) throws IOException {
        ShiftedClock clock = new ShiftedClock(library, folder.resolve("clock"));
        clock.shift(Duration.ZERO);
        return clock;
    }

    /** Sets how far the clock is ahead, or behind. */
    void shift(Duration by) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(by.toNanos()).flip();
        try (FileChannel file = FileChannel.open(shift, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(bytes, 0);
        }
    }

    /** Returns what the environment of a process needs. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "SHIFTED_CLOCK", shift.toString());
    }
}
