package io.posthorse.broker;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes checkpoints as releases before 2026-11-30 did, version 1 of docs/formats/checkpoint.md. */
final class WholeStates {
    private static final int HEADER = 32;

    private WholeStates() {}

    /** Writes a checkpoint file of any state. */
    static void write(FileStore files, long position, ByteBuffer state) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(HEADER + state.remaining());
        out.put("PHCKPT\0\0".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(state.remaining());
        out.putLong(position).putInt(crc(state.duplicate())).putInt(crc(out.duplicate().flip()));
        try (StoredFile file = files.open("%020d.checkpoint".formatted(position))) {
            file.write(0, out.put(state.duplicate()).flip());
            file.force();
        }
        files.forceNames();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    static ByteBuffer of(State state) {
        ByteBuffer out = ByteBuffer.allocate(1 << 20);
        out.putInt(state.nextPartition()).putInt(state.subscriptions.next()).putInt(state.topics.size());
        state.topics.values().forEach(topic -> write(topic, out));
        out.putInt(state.subscriptions.size());
        for (Subscription subscription : state.subscriptions.all()) {
            FieldCodec.put(out, subscription.name());
            out.putInt(subscription.number());
            FieldCodec.put(out, subscription.settings());
            List<PartitionCursor> read = subscription.places().stream().filter(place -> place.cursor >= 0).toList();
            out.putInt(read.size());
            read.forEach(place -> out.putInt(place.partition.id()).putLong(place.cursor));
        }
        state.postponed.snapshot(out);
        for (Subscription subscription : state.subscriptions.all()) {
            List<PartitionCursor> lends = subscription.places().stream().filter(place -> place.leases != null).toList();
            out.putInt(lends.size());
            lends.forEach(place -> place.leases.snapshot(out.putInt(place.partition.id())));
        }
        for (Subscription subscription : state.subscriptions.all()) {
            List<PartitionCursor> settles = subscription.places().stream().filter(place -> place.settled != null).toList();
            out.putInt(settles.size());
            settles.forEach(place -> place.settled.snapshot(out.putInt(place.partition.id())));
        }
        out.putInt(state.preparedGroups.size());
        state.preparedGroups.forEach((id, position) -> {
            FieldCodec.put(out, id);
            out.putLong(position);
        });
        return out.put((byte) (state.renderer.isNeeded() ? 1 : 0)).putLong(state.lastMs()).flip();
    }

    private static void write(Topic topic, ByteBuffer out) {
        FieldCodec.put(out, topic.name());
        FieldCodec.put(out, topic.settings());
        out.putInt(topic.size());
        for (Partition partition : topic.partitions()) {
            out.putInt(partition.id()).putLong(partition.index.knownBegin()).putLong(partition.index.next());
        }
    }
}
