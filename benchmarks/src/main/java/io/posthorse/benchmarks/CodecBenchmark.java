package io.posthorse.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures reading the header of a send request, and writing its answer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
    private static final byte[] QUEUE_ID = ascii("queueId");
    private static final byte[] QUEUE_OFFSET = ascii("queueOffset");
    private static final byte[] MESSAGE_ID = ascii("msgId");
    private static final byte[] TRACE_ON = ascii("TRACE_ON");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] SHORT_QUEUE_ID = ascii("e");

    /** Encoding of the header: JSON or binary. */
    @Param({"false", "true"})
    public boolean binary;

    private final RequestHeader header = new RequestHeader();
    private final ResponseWriter writer = new ResponseWriter();
    private final ByteBuf json = Samples.sendFrame(false, 1_024);
    private final ByteBuf binaryForm = Samples.sendFrame(true, 1_024);
    private final ByteBuf answer = Unpooled.directBuffer(512);

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads a header and one of its numbers. */
    @Benchmark
    public long decode() {
        ByteBuf frame = binary ? binaryForm : json;
        return header.read(frame, 4, frame.writerIndex()) + header.number(SHORT_QUEUE_ID, -1);
    }

    /** Writes the answer to a send. */
    @Benchmark
    public int encode() {
        writer.begin(binary, 0, 1_234, null);
        writer.field(QUEUE_ID, 3);
        int id = writer.open(MESSAGE_ID);
        writer.hex(0x7F000001_00002A9FL);
        writer.hex(123_456_789L);
        writer.close(id);
        writer.field(TRACE_ON, TRUE);
        writer.field(QUEUE_OFFSET, 123_456);
        writer.end(answer.clear(), 0);
        return answer.writerIndex();
    }
}
