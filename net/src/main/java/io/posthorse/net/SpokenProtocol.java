package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The protocols that can be told apart by the first bytes of a connection, including some that this program does not speak.
 */
public enum SpokenProtocol {
    REMOTING("RocketMQ's remoting protocol") {
        @Override
        Match match(ByteBuf in) {
            return lengthAnd(in, 8, "{", 0);
        }
    },
    GRPC("HTTP/2, as gRPC does") {
        @Override
        Match match(ByteBuf in) {
            return begins(in, 0, "PRI * HTTP/2.0");
        }
    },
    OPENWIRE("ActiveMQ's OpenWire") {
        @Override
        Match match(ByteBuf in) {
            return lengthAnd(in, 5, "ActiveMQ", 1);
        }
    },
    HTTP("HTTP") {
        @Override
        Match match(ByteBuf in) {
            Match best = Match.NO;
            for (String method : METHODS) {
                best = best.or(begins(in, 0, method));
            }
            return best;
        }
    },
    TLS("TLS") {
        @Override
        Match match(ByteBuf in) {
            return begins(in, 0, "\u0016\u0003");
        }
    },
    PROXY("the PROXY protocol of load balancers") {
        @Override
        Match match(ByteBuf in) {
            return begins(in, 0, "PROXY ").or(begins(in, 0, "\r\n\r\n\0\r\nQUIT\n"));
        }
    },
    AMQP("AMQP") {
        @Override
        Match match(ByteBuf in) {
            return begins(in, 0, "AMQP");
        }
    },
    MQTT("MQTT") {
        @Override
        Match match(ByteBuf in) {
            return mqtt(in);
        }
    },
    STOMP("STOMP") {
        @Override
        Match match(ByteBuf in) {
            return begins(in, 0, "CONNECT\n").or(begins(in, 0, "STOMP\n"))
                    .or(begins(in, 0, "CONNECT\r\n")).or(begins(in, 0, "STOMP\r\n"));
        }
    };

    /** Bytes that suffice to tell all of them apart. */
    static final int HEAD_BYTES = 16;
    private static final Set<String> METHODS =
            Set.of("GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ", "CONNECT ");
    private static final int FRAME_MIN = 12;
    private static final int FRAME_MAX = 1 << 20;
    private static final int MQTT_CONNECT = 0x10;

    private final String words;

    SpokenProtocol(String words) {
        this.words = words;
    }

    /** Returns its name for messages to operators. */
    public String words() {
        return words;
    }

    /** The result of comparing bytes with the begin of a protocol. */
    enum Match {
        NO,
        /** They may be the begin; there are too few of them. */
        MORE,
        YES;

        Match or(Match other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** Compares the readable bytes with the begin of this protocol's connections. */
    abstract Match match(ByteBuf in);

    private static Match begins(ByteBuf in, int at, String wanted) {
        byte[] bytes = wanted.getBytes(StandardCharsets.ISO_8859_1);
        int there = Math.min(bytes.length, in.readableBytes() - at);
        for (int i = 0; i < there; i++) {
            if (in.getByte(in.readerIndex() + at + i) != bytes[i]) {
                return Match.NO;
            }
        }
        return there == bytes.length ? Match.YES : Match.MORE;
    }

    /** Matches the length of a first frame in four bytes, a given byte behind it, and a text somewhere behind that. */
    private static Match lengthAnd(ByteBuf in, int at, String text, int fifth) {
        int start = in.readerIndex();
        if (in.readableBytes() < 4) {
            return begins(in, 0, "\0") == Match.NO ? Match.NO : Match.MORE;
        }
        int length = in.getInt(start);
        if (length < FRAME_MIN || length > FRAME_MAX) {
            return Match.NO;
        }
        if (in.readableBytes() < 5) {
            return Match.MORE;
        }
        return in.getByte(start + 4) != fifth ? Match.NO
                : in.readableBytes() <= at ? Match.MORE : begins(in, at, text);
    }

    /** Matches a CONNECT: its type, a length of one to four bytes, and the protocol's name. */
    private static Match mqtt(ByteBuf in) {
        int start = in.readerIndex();
        if (in.readableBytes() > 0 && in.getByte(start) != MQTT_CONNECT) {
            return Match.NO;
        }
        int at = 1;
        while (at < in.readableBytes() && at < 4 && in.getByte(start + at) < 0) {
            at++;
        }
        at++;
        return at >= in.readableBytes() ? Match.MORE
                : begins(in, at, "\0\u0004MQTT").or(begins(in, at, "\0\u0006MQIsdp"));
    }
}
