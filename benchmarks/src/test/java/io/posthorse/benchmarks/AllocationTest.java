package io.posthorse.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.posthorse.broker.Message;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hot path allocates almost nothing: bytes of heap for each operation, as the JVM counts them on this thread. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM = 40_000;
    private static final int COUNT = 20_000; // with the warm-up below 65,536, where the index grows again
    private static Object escape;

    private static double bytesPerOperation(Runnable operation) {
        for (int i = 0; i < WARM; i++) {
            operation.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < COUNT; i++) {
            operation.run();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) COUNT;
    }

    private static void assertAtMost(double limit, double bytes) {
        assertTrue(bytes >= 0 && bytes <= limit, bytes + " bytes per operation");
    }

    @Test
    void theMeasurementCountsAllocations() {
        double bytes = bytesPerOperation(() -> escape = new byte[100]);
        assertTrue(bytes >= 100 && bytes < 200 && escape != null, bytes + " bytes per operation");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readingAHeader(boolean binary) {
        CodecBenchmark codec = new CodecBenchmark();
        codec.binary = binary;
        assertAtMost(1, bytesPerOperation(codec::decode));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writingAnAnswer(boolean binary) {
        CodecBenchmark codec = new CodecBenchmark();
        codec.binary = binary;
        assertAtMost(1, bytesPerOperation(codec::encode));
    }

    @Test
    void sendAllocatesLittle() {
        CodecBenchmark codec = new CodecBenchmark();
        Message message = Samples.message(100);
        try (StandaloneBroker broker = new StandaloneBroker()) {
            int[] count = new int[1];
            assertAtMost(16, bytesPerOperation(() -> {
                codec.decode();
                broker.publish(message);
                codec.encode();
                if (++count[0] % LogBenchmark.TURN == 0) {
                    broker.endTurn();
                }
            }));
            assertTrue(broker.broker().end(broker.partition()) > WARM, "nothing was stored");
        }
    }

    @Test
    void fetchAllocatesLittle() {
        LogBenchmark log = new LogBenchmark();
        log.open();
        try {
            assertAtMost(1, bytesPerOperation(log::fetch));
            assertTrue(log.fetch() == 32, "nothing was found");
        } finally {
            log.close();
        }
    }

    @Test
    void addingToTheIndexAllocatesLittle() {
        IndexBenchmark index = new IndexBenchmark();
        index.append();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        escape = index.append();
        double bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / 1_000_000.0;

        assertTrue(bytes >= 16 && bytes <= 64, bytes + " bytes per entry");
    }

    @Test
    void lookupAllocatesLittle() {
        IndexBenchmark index = new IndexBenchmark();
        index.fill();
        assertAtMost(1, bytesPerOperation(index::lookup));
    }
}
