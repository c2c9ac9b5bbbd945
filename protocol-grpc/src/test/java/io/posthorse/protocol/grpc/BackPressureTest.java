package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** A peer that does not take its answers. */
class BackPressureTest {
    @Test
    void secT14WhoDoesNotTakeAnswersIsReadNoFurther() {
        EmbeddedChannel channel = new EmbeddedChannel(new GrpcConnections.BackPressure());
        assertTrue(channel.config().isAutoRead());

        channel.write(Unpooled.wrappedBuffer(new byte[1 << 20])); // it stays: the peer takes nothing
        channel.runPendingTasks();
        assertFalse(channel.config().isAutoRead());

        channel.flush();
        channel.runPendingTasks();
        assertTrue(channel.config().isAutoRead());
        channel.finishAndReleaseAll();
    }
}
