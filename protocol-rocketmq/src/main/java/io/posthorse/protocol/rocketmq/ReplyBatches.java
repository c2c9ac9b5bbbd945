package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.broker.PendingReplies;
import io.posthorse.broker.Shard;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.net.Connection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The replies of one connection that wait for the log. Those of one turn share a buffer, which is sent in one write once
 * everything that the turn wrote is committed. Their opaques are kept for failure answers, should that never happen.
 */
final class ReplyBatches implements PendingReplies {
    private static final int BUFFER_BYTES = 8 << 10;
    /** Number of waiting replies of one connection at which reading from it stops. */
    private static final int WAITING_MAX = 16_384;

    private final Connection connection;
    private final Shard shard;
    private final ResponseWriter writer;
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private int waiting;
    private boolean isParked;
    private boolean dropped;

    private static final class Batch {
        private final long turn;
        private final boolean binary;
        private final ByteBuf bytes;
        private int[] opaques = new int[32];
        private int count;
        private long end;

        Batch(long turn, boolean binary, ByteBuf bytes) {
            this.turn = turn;
            this.binary = binary;
            this.bytes = bytes;
        }

        void add(int opaque) {
            if (count == opaques.length) {
                opaques = Arrays.copyOf(opaques, count * 2);
            }
            opaques[count++] = opaque;
        }
    }

    ReplyBatches(Connection connection, Shard shard, ResponseWriter writer) {
        this.connection = connection;
        this.shard = shard;
        this.writer = writer;
    }

    /** Returns the buffer of the present turn, for one more reply. */
    ByteBuf open(int opaque, boolean binary) {
        Batch last = batches.peekLast();
        if (last == null || last.turn != shard.turnNumber() || last.binary != binary) {
            last = new Batch(shard.turnNumber(), binary, connection.buffer(BUFFER_BYTES));
            batches.add(last);
        }
        last.add(opaque);
        return last.bytes;
    }

    /** Notes that the reply is in the buffer; it waits for everything written so far. */
    void parked() {
        batches.peekLast().end = shard.broker().tail();
        if (++waiting == WAITING_MAX) {
            connection.hold(true);
        }
        if (!isParked) {
            isParked = true;
            shard.park(this);
        }
    }

    @Override
    public boolean committed(long position) {
        boolean sent = false;
        while (!batches.isEmpty() && batches.peekFirst().end <= position) {
            Batch batch = batches.removeFirst();
            release(batch.count);
            connection.send(batch.bytes);
            sent = true;
        }
        if (sent) {
            connection.flush();
        }
        isParked = !batches.isEmpty() && !dropped;
        return isParked;
    }

    private void release(int count) {
        boolean full = waiting >= WAITING_MAX;
        waiting -= count;
        if (full && waiting < WAITING_MAX) {
            connection.hold(false);
        }
    }

    @Override
    public void failed(IOException cause) {
        isParked = false;
        for (Batch batch : batches) {
            ByteBuf out = batch.bytes.clear();
            for (int i = 0; i < batch.count; i++) {
                writer.begin(batch.binary, ResponseCode.SERVICE_NOT_AVAILABLE, batch.opaques[i],
                        "The broker's disk has failed (" + cause.getMessage() + "): the message was not acknowledged and"
                                + " may or may not be kept. Send it to another broker, and see the server log.");
                writer.end(out, 0);
            }
            connection.send(out);
        }
        batches.clear();
        release(waiting);
        connection.flush();
    }

    /** Drops all replies, since the connection is closed. */
    void drop() {
        dropped = true;
        batches.forEach(b -> b.bytes.release());
        batches.clear();
    }
}
