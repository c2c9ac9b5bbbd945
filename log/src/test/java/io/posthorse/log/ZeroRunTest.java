package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.FileStore;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zeros of a segment: found alike where the file system tells of what was written, and where it does not. */
class ZeroRunTest {
    private static final int SIZE = 4 << 20;
    private static final int PAGE = MappedPages.BYTES;

    @TempDir
    Path directory;

    @Test
    void theRunEndsBeforeTheFirstPageThatIsNotZero() throws IOException {
        try (DiskFileStore real = DiskFileStore.open(directory)) {
            for (FileStore files : new FileStore[] {real, new FaultyFileStore(new SeededEntropy(1))}) {
                Segment segment = Segment.create(files, 0, 0, SIZE, SIZE / 2);
                segment.bytes();
                int written = 700 * PAGE + 123;
                segment.write(written, ByteBuffer.wrap(new byte[] {1}));
                ZeroRun zeros = new ZeroRun();
                assertEquals(700 * PAGE, zeros.end(segment, PAGE, SIZE));
                assertEquals(700 * PAGE, zeros.end(segment, 300 * PAGE, SIZE), "it is remembered");
                assertEquals(700 * PAGE, zeros.end(segment, 700 * PAGE, SIZE), "its own page is none");
                assertEquals(600 * PAGE, zeros.end(segment, PAGE, 600 * PAGE + 17), "pages up to the end only");
                assertEquals(SIZE, zeros.end(segment, 701 * PAGE, SIZE));
                assertEquals(0, zeros.end(segment, 0, SIZE), "the header is there");
                segment.close();
            }
        }
    }
}
