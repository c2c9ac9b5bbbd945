package io.posthorse.interop.client;

import java.util.List;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.message.Message;

/** Sends that must be refused. */
final class RefusalScenario {

    private static final int NO_PERMISSION = 16;

    private RefusalScenario() {
    }

    static void run(Stage stage) throws Exception {
        for (String bad : List.of("with space", "with.dot", "with/slash", "ümläut", "")) {
            try {
                stage.producer().send(new Message(bad, Stage.bytes("x")));
                throw new AssertionError("accepted the topic name '" + bad + "'");
            } catch (MQClientException e) {
                Check.that(String.valueOf(e.getErrorMessage()).contains("topic"), "unclear: " + e);
            }
        }
        // From 4.7 on the client refuses the system topic itself; before, the broker's answer comes through.
        boolean byClient = MQVersion.CURRENT_VERSION > MQVersion.Version.V4_6_0.ordinal();
        try {
            stage.producer().send(new Message("SCHEDULE_TOPIC_XXXX", Stage.bytes("x")));
            throw new AssertionError("accepted a system topic");
        } catch (MQBrokerException e) {
            Check.that(!byClient, "expected the client's refusal");
            Check.equal(NO_PERMISSION, e.getResponseCode(), "code of the broker's refusal");
            stage.fact("refusedBy", "broker " + e.getErrorMessage());
        } catch (MQClientException e) {
            if (byClient) {
                Check.that(e.getErrorMessage().contains("forbidden"), "unclear: " + e);
            } else {
                Check.equal(NO_PERMISSION, e.getResponseCode(), "code of the broker's refusal");
            }
            stage.fact("refusedBy", (byClient ? "client " : "broker ") + e.getErrorMessage());
        }
        Check.equal(SendStatus.SEND_OK,
                stage.producer().send(new Message(stage.topic("topic"), Stage.bytes("x"))).getSendStatus(),
                "a good message afterwards");
    }
}
