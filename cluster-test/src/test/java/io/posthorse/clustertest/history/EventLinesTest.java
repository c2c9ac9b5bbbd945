package io.posthorse.clustertest.history;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class EventLinesTest {
    private static final Place PLACE = new Place("a topic", 3);
    private static final List<Event> ALL = List.of(new Event.Sent(1, "m1", PLACE, "lane", -7, 9, "t1"),
            new Event.Acknowledged(2, "m1", Place.somewhereIn("q"), Event.NO_OFFSET), new Event.Refused(3, "m1", "busy"),
            new Event.Doubtful(4, "m1", "timeout"), new Event.Repeated(5, "m1"),
            new Event.Decided(6, "t1", Event.Decision.COMMITTED),
            new Event.Delivered(7, "c", "g", Way.POP, "m1", PLACE, 8, -7, 1), new Event.Settled(8, "g", "m1", PLACE, 8),
            new Event.Returned(9, "g", "m1"), new Event.Committed(10, "g", PLACE, 9), new Event.Resumed(11, "g", PLACE, 9),
            new Event.Drained(12, "g", "a topic"), new Event.Stored(13, "a", PLACE, 8, "m1", -7),
            new Event.Read(14, "a", PLACE, 0, 9));

    @Test
    void eachKindComesBackFromItsLine() {
        assertEquals(Event.class.getPermittedSubclasses().length, ALL.size());
        for (Event event : ALL) {
            assertEquals(event, EventLines.parse(EventLines.format(event)));
        }
    }

    @Test
    void aReasonOfSeveralLinesStaysInOne() {
        String line = EventLines.format(new Event.Refused(3, "m1", "first\n\tsecond\r"));
        assertEquals("Refused\t3\tm1\tfirst  second ", line);
    }

    @Test
    void aLineThatWasCutOffIsNoEvent() {
        assertThrows(IllegalArgumentException.class, () -> EventLines.parse("Refused\t3\tm1"));
        assertThrows(IllegalArgumentException.class, () -> EventLines.parse("Settled\t3\tg\tm1\tplace\t4"));
        assertThrows(IllegalArgumentException.class, () -> EventLines.parse(""));
    }

    @Test
    void aBodyTellsItsId() {
        byte[] body = Body.of("run-1.7", 300);
        assertEquals("run-1.7", Body.id(body));
        assertArrayEquals(body, Body.of("run-1.7", 300));
        int checksum = Body.checksum(body);
        body[200] ^= 1;
        assertNotEquals(checksum, Body.checksum(body));
        assertEquals("no id, checksum 0", Body.id(new byte[0]));
    }
}
