package io.posthorse.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret with which one node of a cluster vouches to another for the clients whose connections it passes on. Each
 * connection's header carries a seal of {@value #SEAL_BYTES} bytes: the id of the ticket, a number that is used once, and an
 * HMAC-SHA256 over both, the port's purpose and the client's addresses. So a header that somebody has overheard is worth
 * nothing. Any thread may use it.
 */
public final class ForwardingTicket {
    static final int SEAL_BYTES = 8 + 8 + 32;
    private static final int SECRET_BYTES = 32;
    private static final String MAC = "HmacSHA256";
    /** Numbers below the highest that may still come: connections overtake each other. */
    private static final int WINDOW = 1 << 16;

    private final long id;
    private final byte[] secret;
    /** Last number that was used on this side. */
    private long used;
    private long highest;
    /** Numbers that have come, of the newest ones, each at its remainder. */
    private final BitSet come = new BitSet();

    ForwardingTicket(long id, byte[] secret) {
        this.id = id;
        this.secret = secret;
    }

    /** Returns it as a line of text, a secret. */
    public String reveal() {
        return HexFormat.of().toHexDigits(id) + HexFormat.of().formatHex(secret);
    }

    /**
     * Reads what {@link #reveal} has returned on the other node.
     *
     * @throws IllegalArgumentException where the text is none
     */
    public static ForwardingTicket of(String text) {
        byte[] bytes = HexFormat.of().parseHex(text);
        if (bytes.length != Long.BYTES + SECRET_BYTES) {
            throw new IllegalArgumentException("a ticket has " + bytes.length + " bytes");
        }
        return new ForwardingTicket(ByteBuffer.wrap(bytes).getLong(), Arrays.copyOfRange(bytes, Long.BYTES, bytes.length));
    }

    long id() {
        return id;
    }

    static long idOf(byte[] seal) {
        return seal.length == SEAL_BYTES ? ByteBuffer.wrap(seal).getLong() : 0;
    }

    /**
     * Returns the seal for a connection.
     *
     * @param purpose of the port, the same text on both nodes
     * @param from address of the client
     * @param to address that the client has connected to
     */
    synchronized byte[] seal(String purpose, InetSocketAddress from, InetSocketAddress to) {
        long number = ++used;
        return ByteBuffer.allocate(SEAL_BYTES).putLong(id).putLong(number).put(mac(number, purpose, from, to)).array();
    }

    /** Returns whether a seal of this ticket is genuine and new; it counts as used then. */
    synchronized boolean admits(byte[] seal, String purpose, InetSocketAddress from, InetSocketAddress to) {
        if (seal.length != SEAL_BYTES || idOf(seal) != id) {
            return false;
        }
        long number = ByteBuffer.wrap(seal).getLong(8);
        byte[] mac = new byte[32];
        ByteBuffer.wrap(seal).get(16, mac);
        return MessageDigest.isEqual(mac, mac(number, purpose, from, to)) && isNew(number);
    }

    private boolean isNew(long number) {
        if (number <= 0 || highest - number >= WINDOW) {
            return false;
        }
        if (number - highest >= WINDOW) {
            come.clear();
        } else {
            for (long next = highest + 1; next <= number; next++) {
                come.clear((int) (next % WINDOW));
            }
        }
        highest = Math.max(highest, number);
        int at = (int) (number % WINDOW);
        boolean isNew = !come.get(at);
        come.set(at);
        return isNew;
    }

    private byte[] mac(long number, String purpose, InetSocketAddress from, InetSocketAddress to) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(secret, MAC));
            mac.update(ByteBuffer.allocate(16).putLong(id).putLong(number).array());
            String text = purpose + ' ' + text(from) + ' ' + text(to);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each Java platform has " + MAC, e);
        }
    }

    private static String text(InetSocketAddress address) {
        return HexFormat.of().formatHex(address.getAddress().getAddress()) + ':' + address.getPort();
    }
}
