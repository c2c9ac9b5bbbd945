package io.posthorse.benchmarks;

import io.posthorse.log.Index;
import io.posthorse.log.PartitionIndex;
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
import org.openjdk.jmh.annotations.Warmup;

/** Measures the index: adding a million entries in 100 partitions, and finding one of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class IndexBenchmark {
    private static final int PARTITIONS = 100;
    private static final int ENTRIES = 1_000_000;

    private Index full;
    private long next;

    @Setup(Level.Trial)
    public void fill() {
        full = append();
    }

    /** Adds a million messages. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public Index append() {
        Index index = new Index();
        for (int p = 0; p < PARTITIONS; p++) {
            index.create(p, 0, 0);
        }
        for (int i = 0; i < ENTRIES; i++) {
            PartitionIndex partition = index.partition(i % PARTITIONS);
            index.append(partition, partition.next(), i * 256L, 200, i);
        }
        return index;
    }

    /** Finds a message of a random partition. */
    @Benchmark
    public long lookup() {
        next = next * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        PartitionIndex partition = full.partition((int) ((next >>> 33) % PARTITIONS));
        long offset = partition.ceiling((next >>> 20) % (ENTRIES / PARTITIONS));
        return partition.position(offset) + partition.length(offset) + partition.tag(offset);
    }
}
