package io.posthorse.protocol.grpc;

import io.posthorse.codec.grpc.Code;

/**
 * What a lent message is settled by: "1", queue, offset and the number that it was lent under, with dots between. Clients
 * give it back as it is.
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
            // falls through: no numbers
        }
        throw new Refusal(Code.INVALID_RECEIPT_HANDLE, "this is no receipt handle of this broker");
    }
}
