package io.posthorse.interop.admin;

import org.apache.rocketmq.common.message.MessageClientExt;
import org.apache.rocketmq.common.message.MessageExt;

/** Commands about messages. */
final class MessageSteps {

    private final Stage stage;
    private final Tool tool;
    private final String topic;

    MessageSteps(Stage stage) {
        this.stage = stage;
        this.tool = stage.tool;
        this.topic = stage.topic;
    }

    void addTo(Catalog catalog) {
        catalog.add("queryMsgById", this::queryMsgById)
                .add("queryMsgById-direct", this::consumeDirectly)
                .add("queryMsgById-resend", () -> byId("-s", "true").shows("SEND_OK"))
                .add("queryMsgByKey", () -> tool.run("queryMsgByKey", "-t", topic, "-k", "key1").shows(uniqueKey("key1"))
                        .matches(uniqueKey("key1") + " +[01] +\\d+"))
                .add("queryMsgByUniqueKey", this::queryMsgByUniqueKey)
                .add("queryMsgByOffset", () -> tool.run("queryMsgByOffset", "-t", topic, "-b", Stage.BROKER,
                        "-i", "0", "-o", "0").shows("OffsetID:", "Queue Offset:        0", topic))
                .add("checkMsgSendRT", () -> tool.run("checkMsgSendRT", "-t", topic, "-a", "4", "-s", "16")
                        .shows("Avg RT").matches("broker-a +0 +true").matches("broker-a +1 +true"))
                .add("sendMessage", () -> tool.run("sendMessage", "-t", topic, "-p", "by hand", "-k", "handKey", "-c",
                        "hand")
                        .shows("SEND_OK"))
                .add("printMsg", () -> tool.run("printMsg", "-t", topic).shows("MSGID: ", "hello 1", "minOffset=0"))
                .add("printMsgByQueue", () -> tool.run("printMsgByQueue", "-t", topic, "-a", Stage.BROKER, "-i", "0", "-p",
                        "true", "-d", "true", "-f", "true").shows("MSGID: ", "Tag: tag"))
                .add("consumeMessage", () -> tool.run("consumeMessage", "-t", topic, "-b", Stage.BROKER, "-i", "0",
                        "-o", "0", "-c", "2").shows("Consume ok", "MSGID: "));
    }

    private String offsetId() {
        MessageExt message = stage.received.get(0);
        return ((MessageClientExt) message).getOffsetMsgId();
    }

    private String uniqueKey(String key) {
        for (MessageExt message : stage.received) {
            if (message.getKeys().equals(key)) {
                return message.getMsgId();
            }
        }
        throw new AssertionError("nobody received " + key);
    }

    private void queryMsgByUniqueKey() throws InterruptedException {
        String key = uniqueKey("key2");
        tool.run("queryMsgByUniqueKey", "-t", topic, "-i", key).shows("Keys:                [key2]")
                .matches("MessageTrack \\[consumerGroup=" + stage.group + ", trackType=CONSUMED");
        if (tool.knows("updateTopicList")) {
            return; // the command of 5.x keeps its client, which is shut down by now, so it works only once in a process
        }
        int before = stage.received.size();
        tool.run("queryMsgByUniqueKey", "-t", topic, "-i", key, "-g", stage.group, "-d", stage.clientId())
                .shows("consumeResult=CR_SUCCESS");
        Stage.await("the consumer got it once more", java.time.Duration.ofSeconds(5),
                () -> stage.received.size() > before);
    }

    /** Returns the arguments; from 5.x on they include the topic. */
    private Tool.Output byId(String... more) {
        boolean withTopic = tool.run("help", "queryMsgById").text().contains("--topic");
        String[] all = new String[3 + (withTopic ? 2 : 0) + more.length];
        int at = 0;
        for (String part : new String[] {"queryMsgById", "-i", offsetId()}) {
            all[at++] = part;
        }
        if (withTopic) {
            all[at++] = "-t";
            all[at++] = topic;
        }
        System.arraycopy(more, 0, all, at, more.length);
        return tool.run(all);
    }

    private void queryMsgById() {
        byId().shows("OffsetID:            " + offsetId(), "Topic:               " + topic, stage.broker)
                .matches("Tags: +\\[tag\\d]")
                .matches("MessageTrack \\[consumerGroup=" + stage.group + ", trackType=CONSUMED");
    }

    private void consumeDirectly() throws InterruptedException {
        int before = stage.received.size();
        byId("-g", stage.group, "-d", stage.clientId()).shows("consumeResult=CR_SUCCESS");
        Stage.await("the consumer got it once more", java.time.Duration.ofSeconds(5),
                () -> stage.received.size() > before);
        byId("-g", stage.group, "-d", "nobody").has("not online");
    }
}
