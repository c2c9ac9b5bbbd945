package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.platform.Timers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The requests of the broker that one client has not answered yet. */
final class ClientCalls {
    private static final int OPEN_MAX = 256;

    /** The reason why a call has no answer. */
    enum Failure {
        /** The client did not answer in time. */
        TIMEOUT,
        /** The connection is closed. */
        GONE,
        /** Too many calls to the client are open. */
        TOO_MANY
    }

    /** Takes the outcome of a call: an answer, or else a failure. */
    interface Outcome {
        void accept(Frame answer, Failure failure);
    }

    private final Consumer<Frame> client;
    private final Timers timers;
    private final Map<Integer, Call> open = new HashMap<>();

    private record Call(Outcome outcome, Timers.Timer timer) {}

    /** @param client sends a frame to the client */
    ClientCalls(Consumer<Frame> client, Timers timers) {
        this.client = client;
        this.timers = timers;
    }

    /** Asks the client and reports the outcome exactly once, now or later. */
    void ask(int code, int opaque, Map<String, String> fields, byte[] body, long timeoutMs, Outcome outcome) {
        if (open.size() >= OPEN_MAX || open.containsKey(opaque)) {
            outcome.accept(null, Failure.TOO_MANY);
            return;
        }
        open.put(opaque, new Call(outcome, timers.after(timeoutMs, () -> fail(opaque, Failure.TIMEOUT))));
        client.accept(new Frame(code, Frame.JAVA, Frame.VERSION, opaque, 0, null, fields, body, false));
    }

    /** Returns whether a call waits for an answer with that number. */
    boolean awaits(int opaque) {
        return open.containsKey(opaque);
    }

    void answered(Frame answer) {
        Call call = open.remove(answer.opaque());
        call.timer.cancel();
        call.outcome.accept(answer, null);
    }

    private void fail(int opaque, Failure failure) {
        Call call = open.remove(opaque);
        if (call != null) {
            call.outcome.accept(null, failure);
        }
    }

    /** Fails all open calls, since the connection is closed. */
    void closed() {
        for (Integer opaque : List.copyOf(open.keySet())) {
            open.get(opaque).timer.cancel();
            fail(opaque, Failure.GONE);
        }
    }
}
