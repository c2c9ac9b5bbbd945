package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.posthorse.platform.Clock;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** First bytes of a connection: whose they are, in whatever pieces they come. */
class SpokenProtocolTest {
    private static final String REMOTING = "\0\0\0\u0060\0\0\0\u0040{\"code\":105,\"extFields\":{";
    private static final String OPENWIRE = "\0\0\1\u0024\1ActiveMQ\0\0\0\14\1\0\0";

    private final PortProtocols signpost = new PortProtocols() {
        @Override
        public SpokenProtocol speaks() {
            return SpokenProtocol.REMOTING;
        }

        @Override
        public String direct(SpokenProtocol spoken) {
            return "Go elsewhere.";
        }

        @Override
        public String directPlain() {
            return "Encrypt.";
        }
    };
    private final MisdirectedClients strays = MisdirectedClients.of(signpost, new LogLimiter(Clock.system()));

    static Stream<Arguments> begins() {
        return Stream.of(
                Arguments.of(SpokenProtocol.HTTP, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of(SpokenProtocol.HTTP, "OPTIONS * HTTP/1.1\r\n"),
                Arguments.of(SpokenProtocol.HTTP, "CONNECT a:1 HTTP/1.1\r\n"),
                Arguments.of(SpokenProtocol.GRPC, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                Arguments.of(SpokenProtocol.AMQP, "AMQP\0\1\0\0"),
                Arguments.of(SpokenProtocol.AMQP, "AMQP\0\0\u0009\1"),
                Arguments.of(SpokenProtocol.MQTT, "\u0010\u0010\0\4MQTT\4\2\0\u003c\0\4id"),
                Arguments.of(SpokenProtocol.MQTT, "\u0010\u0085\1\0\4MQTT\5\2"),
                Arguments.of(SpokenProtocol.MQTT, "\u0010\u0012\0\6MQIsdp\3\2"),
                Arguments.of(SpokenProtocol.STOMP, "CONNECT\naccept-version:1.2\n\n\0"),
                Arguments.of(SpokenProtocol.TLS, "\u0016\3\1\2\0\1\0\1\u00fc\3\3"),
                Arguments.of(SpokenProtocol.PROXY, "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"),
                Arguments.of(SpokenProtocol.PROXY, "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\14"),
                Arguments.of(SpokenProtocol.OPENWIRE, OPENWIRE));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @MethodSource("begins")
    void aMisdirectedClientIsDetectedHoweverItsBytesAreSplit(SpokenProtocol protocol, String begin) {
        assertEquals(protocol, strays.found(bytes(begin)));
        EmbeddedChannel channel = new EmbeddedChannel(new FirstBytesHandler(strays));
        for (int i = 0; i < begin.length() && channel.isOpen(); i++) {
            channel.writeInbound(bytes(begin.substring(i, i + 1)));
        }
        assertFalse(channel.isOpen());
        assertNull(channel.readInbound());
        channel.finishAndReleaseAll();
    }

    @Test
    void theProtocolOfThePortPassesHoweverItsBytesAreSplit() {
        for (int piece = 1; piece < REMOTING.length(); piece++) {
            EmbeddedChannel channel = new EmbeddedChannel(new FirstBytesHandler(strays));
            channel.writeInbound(bytes(REMOTING.substring(0, piece)));
            channel.writeInbound(bytes(REMOTING.substring(piece)));
            StringBuilder came = new StringBuilder();
            for (ByteBuf in = channel.readInbound(); in != null; in = channel.readInbound()) {
                came.append(in.toString(StandardCharsets.ISO_8859_1));
                in.release();
            }
            assertEquals(REMOTING, came.toString());
            assertNull(channel.pipeline().get(FirstBytesHandler.class), "it has made way");
        }
    }

    @Test
    void remotingOnOtherPortsIsMisdirected() {
        assertEquals(SpokenProtocol.REMOTING, MisdirectedClients.unencrypted(signpost, new LogLimiter(Clock.system()))
                .found(bytes(REMOTING)));
        assertEquals(SpokenProtocol.Match.NO, SpokenProtocol.REMOTING.match(bytes(OPENWIRE)));
        assertEquals(SpokenProtocol.Match.NO, SpokenProtocol.OPENWIRE.match(bytes(REMOTING)));
    }

    @Test
    void unknownBytesAreNotHeldBack() {
        EmbeddedChannel channel = new EmbeddedChannel(new FirstBytesHandler(strays));
        channel.writeInbound(bytes("\u007f\0"));
        assertEquals(2, channel.<ByteBuf>readInbound().readableBytes());
    }

    @Test
    void heldBytesPassAtTheEndOfInput() {
        EmbeddedChannel channel = new EmbeddedChannel(new FirstBytesHandler(strays));
        channel.writeInbound(bytes("GE"));
        assertNull(channel.readInbound());
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertEquals(2, channel.<ByteBuf>readInbound().readableBytes());
    }

    @Test
    void aBrowserIsToldTheRightPort() {
        EmbeddedChannel channel = new EmbeddedChannel(new FirstBytesHandler(strays));
        channel.writeInbound(bytes("GET / HTTP/1.1\r\n"));
        ByteBuf answer = channel.readOutbound();
        String text = answer.toString(StandardCharsets.UTF_8);
        assertTrue(text.startsWith("HTTP/1.1 400 Bad Request\r\n"), text);
        assertTrue(text.endsWith("RocketMQ's remoting protocol, and you speak HTTP. Go elsewhere.\n"), text);
        answer.release();
        assertFalse(channel.isOpen());
    }
}
