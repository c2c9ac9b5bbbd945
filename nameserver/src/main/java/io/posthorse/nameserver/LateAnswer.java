package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.Map;
import java.util.function.Consumer;

/** The answer to a request whose change has to be kept first: given at once where it is, else sent when it is. */
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

    /** The answer, or null where it is still to come. */
    Frame now() {
        late = answer == null;
        return answer;
    }
}
