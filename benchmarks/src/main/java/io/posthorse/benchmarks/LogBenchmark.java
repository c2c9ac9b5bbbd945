package io.posthorse.benchmarks;

import io.posthorse.broker.FetchResult;
import io.posthorse.broker.Message;
import io.posthorse.broker.TagFilter;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures appending messages of 1 KiB through the broker to a real directory, and finding and copying them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class LogBenchmark {
    static final int TURN = 64;
    private static final int FETCHED = 32;
    private static final int READY = 10_000;

    private final Message message = Samples.message(1_024);
    private final FetchResult fetch = new FetchResult();
    private final ByteBuffer answer = ByteBuffer.allocateDirect(1 << 20);
    private StandaloneBroker broker;
    private long offset;

    /** Creates a new directory for each iteration, so that the disk does not fill. */
    @Setup(Level.Iteration)
    public void open() {
        broker = new StandaloneBroker();
        for (int i = 0; i < READY; i += TURN) {
            append();
        }
    }

    @TearDown(Level.Iteration)
    public void close() {
        broker.close();
    }

    /** Appends a turn of 64 messages, written to the file at its end. */
    @Benchmark
    @OperationsPerInvocation(TURN)
    public long append() {
        long position = 0;
        for (int i = 0; i < TURN; i++) {
            position = broker.publish(message);
        }
        broker.endTurn();
        return position;
    }

    /** Fetches 32 messages and copies their bytes. */
    @Benchmark
    @OperationsPerInvocation(FETCHED)
    public int fetch() {
        offset = (offset + FETCHED) % (READY - FETCHED);
        broker.broker().fetch(broker.partition(), offset, FETCHED, 1 << 20, TagFilter.ALL, fetch);
        fetch.copy(answer, 0);
        return fetch.count();
    }
}
