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
    private final RemotingProtocol protocol;
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
        /** Indexes of the answers to sends that wait for a slave. */
        private int[] sends = {};
        private int sendCount;
        /** Whether they have waited for long enough. */
        private boolean isOver;

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

        void addSend(int at) {
            if (sendCount == sends.length) {
                sends = Arrays.copyOf(sends, Math.max(8, sendCount * 2));
            }
            sends[sendCount++] = at;
        }
    }

    ReplyBatches(Connection connection, RemotingProtocol protocol) {
        this.connection = connection;
        this.protocol = protocol;
        this.shard = protocol.shard;
        this.writer = protocol.writer;
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

    /** Does the same for the answer to a send, which begins at an index; it may have to wait for a slave, too. */
    void sent(int at) {
        Copies copies = protocol.copies();
        Batch batch = batches.peekLast();
        if (copies.isSync() && !copies.isSlaveThere(shard.broker().tail())) {
            ResponseWriter.change(batch.bytes, at, batch.binary, ResponseCode.SLAVE_NOT_AVAILABLE);
        } else if (copies.isSync()) {
            if (batch.sendCount == 0) {
                protocol.timers.after(copies.timeoutMs(), () -> {
                    batch.isOver = true;
                    shard.recheck();
                });
            }
            batch.addSend(at);
        }
        parked();
    }

    /** Returns whether a batch need not wait any longer for a slave. */
    private boolean isCopied(Batch batch) {
        if (batch.sendCount == 0 || protocol.copies().isCopied(batch.end)) {
            return true;
        }
        for (int i = 0; batch.isOver && i < batch.sendCount; i++) {
            ResponseWriter.change(batch.bytes, batch.sends[i], batch.binary, ResponseCode.FLUSH_SLAVE_TIMEOUT);
        }
        return batch.isOver;
    }

    @Override
    public boolean committed(long position) {
        boolean sent = false;
        while (!batches.isEmpty() && batches.peekFirst().end <= position && isCopied(batches.peekFirst())) {
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
