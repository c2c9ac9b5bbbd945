package io.posthorse.protocol.grpc;

import io.posthorse.codec.grpc.Code;

/**
 * The handle by which a client settles a lent message: "1", queue, offset and the number of the lease, separated by dots.
 * Clients return it unchanged.
 */
record ReceiptHandle(int queue, long offset, long number) {
    private static final int LENGTH_MAX = 80;

    String text() {
        return "1." + queue + "." + offset + "." + number;
    }

    static ReceiptHandle of(String text) {
        try {
            String[] words = text.length() > LENGTH_MAX ? new String[0] : text.split("\\.");
            if (words.length == 4 && words[0].equals("1")) {
                return new ReceiptHandle(Integer.parseInt(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
            }
        } catch (NumberFormatException e) {
            // falls through: not a number
        }
        throw new Refusal(Code.INVALID_RECEIPT_HANDLE, "the receipt handle is not one of this broker");
    }
}
