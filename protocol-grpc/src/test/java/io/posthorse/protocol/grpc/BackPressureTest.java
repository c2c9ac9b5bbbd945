package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** A peer that does not read its answers. */
class BackPressureTest {
    @Test
    void secT14APeerThatDoesNotReadItsAnswersIsReadNoFurther() {
        EmbeddedChannel channel = new EmbeddedChannel(new GrpcConnections.BackPressure());
        assertTrue(channel.config().isAutoRead());

        channel.write(Unpooled.wrappedBuffer(new byte[1 << 20])); // it stays in the channel: the peer reads nothing
        channel.runPendingTasks();
        assertFalse(channel.config().isAutoRead());

        channel.flush();
        channel.runPendingTasks();
        assertTrue(channel.config().isAutoRead());
        channel.finishAndReleaseAll();
    }
}
