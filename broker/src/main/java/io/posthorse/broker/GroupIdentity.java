package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The group of nodes that a log belongs to.
 *
 * @param id of the group
 * @param segmentBytes size of the segments, the same on all nodes
 * @param term the newest term in which a leader decided records; 0 before the first
 * @param level feature level in that term
 * @param leader name of that leader
 */
record GroupIdentity(UUID id, int segmentBytes, long term, int level, String leader) {
    int size() {
        return 8 + 8 + 4 + 8 + 4 + FieldCodec.size(leader);
    }

    void put(ByteBuffer out) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).putInt(segmentBytes);
        FieldCodec.put(out.putLong(term).putInt(level), leader);
    }

    static GroupIdentity read(ByteBuffer in) {
        UUID id = new UUID(FieldCodec.number64(in), FieldCodec.number64(in));
        return new GroupIdentity(
                id, FieldCodec.number(in), FieldCodec.number64(in), FieldCodec.number(in), FieldCodec.text(in));
    }

    /** Returns the same group in a later term. */
    GroupIdentity in(Event.TermBegan event) {
        FieldCodec.require(event.term() > term, "term %d after term %d", event.term(), term);
        return new GroupIdentity(id, segmentBytes, event.term(), event.level(), event.node());
    }
}
