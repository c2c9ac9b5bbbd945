package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/**
 * The handling of subscriptions whose names exceed their length field. Releases before 2026-11-29 took such a name from a
 * client and wrote a length that was 65,536 too small. No client can use such a subscription, so it is left out; its number
 * stays used.
 */
final class OverlongNames {
    private static final int WRAP = 1 << 16;
    private static final int SUBSCRIPTION_FIXED = 15;

    private OverlongNames() {}

    /** Returns whether a malformed record is that of such a subscription, and notes it then. */
    static boolean mend(State state, ByteBuffer bytes, int at, int length) {
        byte type = bytes.get(at + RecordFormat.TYPE);
        int payload = length - RecordFormat.PAYLOAD;
        if (type != Event.SubscriptionChanged.TYPE && type != Event.SubscriptionDeleted.TYPE || payload < WRAP) {
            return false;
        }
        int said = bytes.getShort(at + RecordFormat.PAYLOAD) & 0xFFFF;
        for (int name = said + WRAP; name + 2 <= payload; name += WRAP) {
            ByteBuffer rest = bytes.slice(at + RecordFormat.PAYLOAD + 2 + name, payload - 2 - name);
            if (type == Event.SubscriptionDeleted.TYPE ? !rest.hasRemaining() : isSubscription(state, rest)) {
                state.noteLeftOut();
                return true;
            }
        }
        return false;
    }

    private static boolean isSubscription(State state, ByteBuffer rest) {
        try {
            FieldCodec.subscriptionSettings(rest);
            int number = FieldCodec.number(rest);
            if (rest.hasRemaining()) {
                return false;
            }
            state.subscriptions.skip(number);
            return true;
        } catch (MalformedEventException e) {
            return false;
        }
    }

    /**
     * Skips such a name in a checkpoint.
     *
     * @param in positioned behind the name according to its length; afterwards behind the real name, where a subscription
     *     follows
     * @return whether there is one
     */
    static boolean pass(ByteBuffer in, Following following) {
        for (int behind = in.position() + WRAP; behind + SUBSCRIPTION_FIXED <= in.limit(); behind += WRAP) {
            if (following.isAt(in.duplicate().position(behind))) {
                in.position(behind);
                return true;
            }
        }
        return false;
    }

    /** A test whether a buffer holds what must follow a name. */
    interface Following {
        boolean isAt(ByteBuffer in);
    }
}
