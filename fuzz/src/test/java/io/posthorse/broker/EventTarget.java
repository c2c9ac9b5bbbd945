package io.posthorse.broker;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Target;
import java.nio.ByteBuffer;

/** Payloads of records other than messages. Input: u8 type, then the payload. */
public final class EventTarget implements Target {
    @Override
    public void read(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Event event;
        try {
            event = EventReader.read(input[0], ByteBuffer.wrap(input, 1, input.length - 1));
        } catch (MalformedEventException e) {
            return;
        }
        if (event != null) {
            Require.that(event.type() == input[0], "an event of another type");
            ByteBuffer written = written(event);
            ByteBuffer again = written(EventReader.read(event.type(), written.duplicate()));
            Require.that(written.equals(again), "an event that is not read as it was written");
        }
    }

    private static ByteBuffer written(Event event) {
        ByteBuffer out = ByteBuffer.allocate(event.size());
        event.put(out);
        Require.that(!out.hasRemaining(), "an event of another size than it says");
        return out.flip();
    }
}
