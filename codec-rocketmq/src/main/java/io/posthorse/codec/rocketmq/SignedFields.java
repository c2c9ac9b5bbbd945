package io.posthorse.codec.rocketmq;

import java.util.Arrays;

/**
 * The fields of a request in the order in which RocketMQ's clients sign them: by name. It is reused for the next request and
 * begins with the order of the last one, which is usually right again.
 */
public final class SignedFields {
    private final int[] order = new int[RequestHeader.FIELDS_MAX];
    private int count;
    /** Number of fields of which {@link #order} is a permutation; -1 where it is not one. */
    private int ordered = -1;

    /**
     * Sorts a header's fields.
     *
     * @return false where two fields with the same name have different values, so that it is unknown which one was signed
     */
    public boolean sort(RequestHeader header) {
        count = header.count;
        if (ordered != count) {
            ordered = count;
            for (int i = 0; i < count; i++) {
                order[i] = i;
            }
        }
        int distinct = count;
        for (int i = 1; i < count; i++) {
            int field = order[i];
            int at = i;
            while (at > 0 && compare(header, field, order[at - 1]) < 0) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = field;
        }
        for (int i = 1; i < count; i++) {
            if (compare(header, order[i - 1], order[i]) == 0) {
                if (!sameValue(header, order[i - 1], order[i])) {
                    return false;
                }
                distinct--;
            }
        }
        return distinct == count || unite(header, distinct);
    }

    /** Keeps one of each pair of equal fields: clients with binary headers send fields twice, but sign them once. */
    private boolean unite(RequestHeader header, int distinct) {
        int kept = 1;
        for (int i = 1; i < count; i++) {
            if (compare(header, order[kept - 1], order[i]) != 0) {
                order[kept++] = order[i];
            }
        }
        count = distinct;
        ordered = -1;
        return true;
    }

    private static int compare(RequestHeader header, int a, int b) {
        byte[] text = header.text;
        int lengthA = header.nameLengths[a];
        int lengthB = header.nameLengths[b];
        int shorter = Math.min(lengthA, lengthB);
        for (int i = 0; i < shorter; i++) {
            int difference = (text[header.names[a] + i] & 0xFF) - (text[header.names[b] + i] & 0xFF);
            if (difference != 0) {
                return difference;
            }
        }
        return lengthA - lengthB;
    }

    private static boolean sameValue(RequestHeader header, int a, int b) {
        return Arrays.equals(
                header.text, header.values[a], header.values[a] + header.valueLengths[a],
                header.text, header.values[b], header.values[b] + header.valueLengths[b]);
    }

    /** Returns the number of different names. */
    public int count() {
        return count;
    }

    /** Returns the number of the n-th field in this order. */
    public int field(int n) {
        return order[n];
    }
}
