package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.Map;
import java.util.function.Consumer;

/** The answer to a request whose change has to be stored first: returned at once where it is, else sent later. */
final class LateAnswer implements Consumer<String> {
    private final Peer peer;
    private final Frame request;
    private Frame answer;
    private boolean late;

    LateAnswer(Peer peer, Frame request) {
        this.peer = peer;
        this.request = request;
    }

    @Override
    public void accept(String failure) {
        answer = failure == null ? request.ok(Map.of()) : request.refuse(ResponseCode.SYSTEM_ERROR,
                "the change is in force until the next start, but it could not be stored: " + failure);
        if (late && !request.isOneWay()) {
            peer.send(answer);
        }
    }

    /** Returns the answer, or null where it will be sent later. */
    Frame now() {
        late = answer == null;
        return answer;
    }
}
