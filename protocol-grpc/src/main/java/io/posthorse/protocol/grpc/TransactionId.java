package io.posthorse.protocol.grpc;

import io.posthorse.codec.grpc.Code;
import java.util.HexFormat;

/** The id by which a client ends a transaction: offset and position of its message, 16 hexadecimal digits each. */
record TransactionId(long offset, long position) {
    private static final int DIGITS = 16;

    String text() {
        HexFormat hex = HexFormat.of().withUpperCase();
        return hex.toHexDigits(offset) + hex.toHexDigits(position);
    }

    static TransactionId of(String text) {
        try {
            if (text.length() == 2 * DIGITS) {
                return new TransactionId(
                        HexFormat.fromHexDigitsToLong(text, 0, DIGITS),
                        HexFormat.fromHexDigitsToLong(text, DIGITS, 2 * DIGITS));
            }
        } catch (IllegalArgumentException e) {
            // falls through: not hexadecimal
        }
        throw new Refusal(Code.INVALID_TRANSACTION_ID, "the transaction id is not one of this broker");
    }
}
