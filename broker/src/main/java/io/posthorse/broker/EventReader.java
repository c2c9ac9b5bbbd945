package io.posthorse.broker;

import static io.posthorse.broker.FieldCodec.number;
import static io.posthorse.broker.FieldCodec.number64;
import static io.posthorse.broker.FieldCodec.text;

import java.nio.ByteBuffer;
import java.util.UUID;

/** The reader of events from the payloads of their records. */
final class EventReader {
    private EventReader() {}

    /**
     * Reads the event of a record's payload, from the buffer's position to its limit; returns null for a type unknown to
     * this release.
     *
     * @throws MalformedEventException where the bytes are no such event
     */
    static Event read(byte type, ByteBuffer in) {
        Event event = switch (type) {
            case Event.TopicChanged.TYPE ->
                    new Event.TopicChanged(text(in), FieldCodec.topicSettings(in), number(in));
            case Event.TopicDeleted.TYPE -> new Event.TopicDeleted(text(in));
            case Event.SubscriptionChanged.TYPE ->
                new Event.SubscriptionChanged(text(in), FieldCodec.subscriptionSettings(in), number(in));
            case Event.SubscriptionDeleted.TYPE -> new Event.SubscriptionDeleted(text(in));
            case Event.CursorMoved.TYPE -> new Event.CursorMoved(number(in), number(in), number64(in));
            case Event.Jumped.TYPE -> new Event.Jumped(number64(in));
            case Event.WaitEnded.TYPE -> new Event.WaitEnded(number(in), number64(in));
            case Event.Checked.TYPE -> new Event.Checked(number64(in), number64(in), number(in));
            case Event.Lent.TYPE ->
                    new Event.Lent(number(in), number(in), number64(in), number64(in),
                    number64(in), all(in, 1));
            case Event.LentSettled.TYPE -> new Event.LentSettled(number(in), number(in), all(in, 1));
            case Event.LeaseChanged.TYPE -> new Event.LeaseChanged(number(in), number(in), number64(in),
                    number64(in), number64(in));
            case Event.Settled.TYPE -> new Event.Settled(number(in), number(in), all(in, 2));
            case Event.Returned.TYPE ->
                new Event.Returned(number(in), number(in), number64(in), number(in));
            case Event.GroupPrepared.TYPE -> prepared(in);
            case Event.GroupDecided.TYPE -> new Event.GroupDecided(text(in));
            case Event.Nothing.TYPE -> new Event.Nothing();
            case Event.GroupFormed.TYPE ->
                    new Event.GroupFormed(new UUID(number64(in), number64(in)), number(in));
            case Event.TermBegan.TYPE ->
                    new Event.TermBegan(number64(in), number(in), text(in));
            case Event.RangeDropped.TYPE -> new Event.RangeDropped(number64(in), number64(in));
            case Event.TableChanged.TYPE -> tableChanged(in);
            default -> null;
        };
        FieldCodec.require(event == null || !in.hasRemaining(), "%d bytes too many", in.remaining());
        return event;
    }

    private static long[] all(ByteBuffer in, int each) {
        long[] numbers = new long[FieldCodec.count(in, 8 * each) * each];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.getLong();
        }
        return numbers;
    }

    private static Event.TableChanged tableChanged(ByteBuffer in) {
        int table = FieldCodec.number8(in) & 0xFF;
        byte[] key = FieldCodec.bytes(in, FieldCodec.number16(in));
        return new Event.TableChanged(
                new TableEntry(table, key, FieldCodec.flag(in) ? FieldCodec.bytes(in, number(in)) : null));
    }

    /** Reads a group without its plan, which is read when the group is decided. */
    private static Event.GroupPrepared prepared(ByteBuffer in) {
        String id = text(in);
        ByteBuffer plan = in.slice();
        in.position(in.limit());
        return new Event.GroupPrepared(id, plan.remaining(), out -> out.put(plan.duplicate()));
    }
}
