package io.posthorse.load;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends on one connection: one thread sends, another one reads the answers. */
final class LoadSender {
    /** Index of the opaque in a binary frame: behind two lengths, code, language and version. */
    private static final int OPAQUE_AT = 4 + 4 + 2 + 1 + 2;
    private static final int ANSWER_SECONDS_MAX = 10;

    private final Wire wire;
    private final byte[] frame;
    private final int bodyAt;
    private final Semaphore window;
    private final int windowSize;
    private final long[] sentAt;
    private final long deadline;
    private final long intervalNanos;
    private final Latencies latencies = new Latencies();
    private volatile boolean finished;
    private long refused;
    private String refusal;
    private volatile IOException failure;

    /** @param intervalNanos time between two messages; 0 to send as the window allows */
    LoadSender(LoadOptions options, int queue, long deadline, long intervalNanos) throws IOException {
        this.wire = new Wire(options.broker());
        this.frame = FrameCodec.encode(new Frame(
                310, Frame.JAVA, Frame.VERSION, 0, 0, null, SendFields.of(options.topic(), queue),
                new byte[options.size()], true));
        this.bodyAt = frame.length - options.size();
        this.window = new Semaphore(options.window());
        this.windowSize = options.window();
        this.sentAt = new long[Integer.highestOneBit(options.window()) * 2];
        this.deadline = deadline;
        this.intervalNanos = intervalNanos;
    }

    /**
     * Sends until the deadline. With a rate, a message's latency counts from the time at which it was due, not at which it
     * could be sent.
     */
    void send() {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        long due = System.nanoTime();
        try {
            for (int number = 0; System.nanoTime() < deadline && failure == null; number++) {
                while (intervalNanos > 0 && System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                if (!window.tryAcquire(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)) {
                    throw new IOException("no answer for " + ANSWER_SECONDS_MAX + " s");
                }
                long begin = intervalNanos > 0 ? due : System.nanoTime();
                due += intervalNanos;
                sentAt[number & sentAt.length - 1] = begin;
                bytes.putInt(OPAQUE_AT, number).putLong(bodyAt, Load.MARK).putLong(bodyAt + 8, begin);
                wire.write(frame);
            }
            finished = window.tryAcquire(windowSize, ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    /** Reads answers until the connection ends. */
    void receive() {
        try {
            while (true) {
                Frame answer = wire.read();
                latencies.add(System.nanoTime() - sentAt[answer.opaque() & sentAt.length - 1]);
                if (answer.code() != 0) {
                    refused++;
                    refusal = "code " + answer.code() + ": " + answer.remark();
                }
                window.release();
            }
        } catch (IOException e) {
            if (!finished && failure == null) {
                failure = e;
            }
        }
    }

    private void close() {
        try {
            wire.close();
        } catch (IOException e) {
            failure = e;
        }
    }

    Latencies latencies() {
        return latencies;
    }

    long refused() {
        return refused;
    }

    /** Returns what went wrong, or null. */
    String problem() {
        return failure != null ? failure.toString() : refusal;
    }
}
