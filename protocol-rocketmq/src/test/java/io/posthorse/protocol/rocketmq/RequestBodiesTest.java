package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestCode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON bodies of requests. */
class RequestBodiesTest {
    private final RequestBodies bodies = new RequestBodies();

    private static Frame request(int code, String body) {
        return Frame.oneWay(code, 1, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    private static String locks(int count) {
        return "{\"mqSet\":[" + "{\"topic\":\"T\",\"brokerName\":\"b\",\"queueId\":1},".repeat(count) + "{}]}";
    }

    @Test
    void aBodyIsParsedOnceForPermissionCheckAndHandler() {
        Frame request = request(RequestCode.HEART_BEAT, "{\"clientID\":\"c\"}");
        assertSame(bodies.of(request), bodies.of(request.with("field", "value")));
        assertEquals("d", bodies.of(request(RequestCode.HEART_BEAT, "{\"clientID\":\"d\"}")).text("clientID", ""));
        assertEquals("c", bodies.of(request).text("clientID", ""));
        var before = bodies.of(request);
        bodies.forget();
        assertNotSame(before, bodies.of(request));
    }

    @Test
    void aMalformedBodyIsRefusedEachTime() {
        Frame request = request(RequestCode.HEART_BEAT, "[1]");
        assertThrows(MalformedFrameException.class, () -> bodies.of(request));
        assertThrows(MalformedFrameException.class, () -> bodies.of(request));
    }

    @Test
    void secT31RequestsOfClientsHaveSmallerBodiesThanThoseOfAdministrators() {
        assertEquals(10_001, bodies.of(request(RequestCode.LOCK_BATCH_MQ, locks(10_000))).array("mqSet").size());
        Frame many = request(RequestCode.LOCK_BATCH_MQ, locks(13_000));
        assertTrue(assertThrows(MalformedFrameException.class, () -> bodies.of(many)).getMessage().contains("50000 values"));
        Frame large = request(RequestCode.HEART_BEAT, "{\"clientID\":\"" + "c".repeat(1 << 20) + "\"}");
        assertTrue(assertThrows(MalformedFrameException.class, () -> bodies.of(large)).getMessage().contains("1048576"));
        Frame ofAdministrator = request(RequestCode.UPDATE_AND_CREATE_TOPIC_LIST, locks(13_000));
        assertThrows(MalformedFrameException.class, () -> bodies.ofUser(ofAdministrator), "in the check of a user");
        bodies.of(ofAdministrator);
    }
}
