package io.posthorse.interop.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The resources of a process at a moment, from Linux's {@code /proc}.
 *
 * @param residentMb resident memory, including mapped files
 * @param ownMb resident memory without mapped files
 * @param descriptors open files and sockets
 * @param mappings mapped files and other stretches of memory
 */
record Figures(long residentMb, long ownMb, long threads, long descriptors, long mappings) {

    static Figures of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        long resident = 0;
        long own = 0;
        long threads = 0;
        for (String line : Files.readAllLines(process.resolve("status"))) {
            String[] words = line.split("\\s+");
            switch (words[0]) {
                case "VmRSS:" -> resident = Long.parseLong(words[1]) / 1_024;
                case "RssAnon:" -> own = Long.parseLong(words[1]) / 1_024;
                case "Threads:" -> threads = Long.parseLong(words[1]);
                default -> { }
            }
        }
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"));
                Stream<String> mappings = Files.lines(process.resolve("maps"))) {
            return new Figures(resident, own, threads, descriptors.count(), mappings.count());
        }
    }
}
