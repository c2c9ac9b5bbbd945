package io.posthorse.interop.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.crash.Body.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every kind of fault is found. */
class VerifierTest {

    private static final Place PLACE = new Place("topic", 0);
    private static final Place OTHER = new Place("topic", 1);

    private final Ledger ledger = new Ledger();
    private final Verifier verifier = new Verifier();
    private final Map<Place, NavigableMap<Long, byte[]>> queues = new HashMap<>();

    /** Fills a queue with acknowledged messages of two alternating lanes. */
    @BeforeEach
    void fill() {
        queues.put(PLACE, new TreeMap<>());
        queues.put(OTHER, new TreeMap<>());
        for (long offset = 0; offset < 20; offset++) {
            Body body = body(offset);
            ledger.sending(body);
            ledger.acknowledged(body, offset);
            queues.get(PLACE).put(offset, body.encode());
        }
    }

    private static Body body(long offset) {
        return new Body("lane" + offset % 2, PLACE, offset / 2);
    }

    private Findings verify() {
        return verifier.verify(ledger, queues);
    }

    @Test
    void findsNoFaultInCorrectContent() {
        Findings findings = verify();
        assertTrue(findings.clean(), findings.details());
        assertEquals(20, findings.found());
        assertEquals("", findings.details());
    }

    @Test
    void findsALoss() {
        queues.get(PLACE).remove(19L);
        Findings findings = verify();
        assertEquals(List.of(body(19).toString()), findings.lost());
        assertEquals(19, findings.found());
        assertFalse(findings.clean());
        assertTrue(findings.summary().contains("acknowledged 20, found 19, lost 1,"), findings.summary());
    }

    @Test
    void findsALossOfAWholeQueue() {
        queues.remove(PLACE);
        assertEquals(20, verify().lost().size());
    }

    @Test
    void findsASwap() {
        queues.get(PLACE).put(4L, body(6).encode());
        queues.get(PLACE).put(6L, body(4).encode());
        Findings findings = verify();
        assertEquals(1, findings.disordered().size());
        assertEquals(2, findings.moved().size());
        assertEquals(List.of(), findings.lost());
        assertFalse(findings.clean());
    }

    @Test
    void findsADuplicate() {
        queues.get(PLACE).put(20L, body(7).encode());
        Findings findings = verify();
        assertEquals(1, findings.duplicated().size());
        assertFalse(findings.clean());
    }

    @Test
    void findsAnInventedMessage() {
        queues.get(PLACE).put(20L, new Body("lane0", PLACE, 77).encode());
        Findings findings = verify();
        assertEquals(1, findings.invented().size());
        assertFalse(findings.clean());
    }

    @Test
    void findsAMessageInTheWrongQueue() {
        queues.get(OTHER).put(0L, queues.get(PLACE).remove(19L));
        Findings findings = verify();
        assertEquals(1, findings.invented().size());
        assertEquals(1, findings.lost().size());
    }

    @Test
    void findsAChangedByte() {
        byte[] bytes = queues.get(PLACE).get(19L).clone();
        bytes[bytes.length / 2] ^= 1;
        queues.get(PLACE).put(19L, bytes);
        Findings findings = verify();
        assertEquals(1, findings.invented().size());
        assertEquals(1, findings.lost().size());
    }

    @Test
    void findsAReusedOffset() {
        Body first = new Body("lane0", PLACE, 10);
        Body second = new Body("lane1", PLACE, 10);
        ledger.sending(first);
        ledger.sending(second);
        queues.get(PLACE).put(20L, first.encode());
        assertTrue(verify().clean());
        verifier.remember(queues);
        queues.get(PLACE).put(20L, second.encode());
        Findings findings = verify();
        assertEquals(1, findings.reused().size());
        assertFalse(findings.clean());
    }

    @Test
    void findsAMessageThatDisappears() {
        Body open = new Body("lane0", PLACE, 10);
        ledger.sending(open);
        queues.get(PLACE).put(20L, open.encode());
        verifier.remember(queues);
        queues.get(PLACE).remove(20L);
        assertEquals(1, verify().reused().size());
    }

    @Test
    void allowsUnacknowledgedMessages() {
        Body open = new Body("lane0", PLACE, 10);
        ledger.sending(open);
        assertTrue(verify().clean());
        queues.get(PLACE).put(20L, open.encode());
        Findings findings = verify();
        assertTrue(findings.clean(), findings.details());
        assertEquals(1, findings.extra());
    }

    @Test
    void bodiesAreParsedUnchanged() {
        for (long sequence = 0; sequence < 450; sequence++) {
            Body body = new Body("lane3", OTHER, sequence);
            assertEquals(Optional.of(body), Body.decode(body.encode()));
        }
        assertEquals(Optional.empty(), Body.decode(new byte[0]));
        assertEquals(Optional.empty(), Body.decode("a|b|1|2|c|0".getBytes()));
    }
}
