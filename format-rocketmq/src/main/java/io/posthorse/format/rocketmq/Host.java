package io.posthorse.format.rocketmq;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** An address and port as messages and ids contain them: 4 or 16 bytes, then the port in 4. */
public record Host(byte[] address, int port) {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    public static Host of(InetSocketAddress at) {
        return new Host(at.getAddress().getAddress(), at.getPort());
    }

    public static Host of(InetAddress address, int port) {
        return new Host(address.getAddress(), port);
    }

    public boolean isV6() {
        return address.length == 16;
    }

    /** Writes address and port at an index. */
    public void write(ByteBuffer out, int at) {
        out.put(at, address).putInt(at + address.length, port);
    }

    /** Returns the id by which a message can be looked up on its broker. */
    public String messageId(long position) {
        return hex() + HEX.toHexDigits(position);
    }

    /** Returns the address and port in hexadecimal digits, with which the ids of messages stored there begin. */
    public String hex() {
        return HEX.formatHex(address) + HEX.toHexDigits(port);
    }
}
