package io.posthorse.interop.admin;


/** Commands about topics. */
final class TopicSteps {

    private final Stage stage;
    private final Tool tool;
    private final String topic;

    TopicSteps(Stage stage) {
        this.stage = stage;
        this.tool = stage.tool;
        this.topic = stage.topic;
    }

    void addTo(Catalog catalog) {
        catalog.add("topicList", this::topicList)
                .add("updateTopic", this::updateTopic)
                .add("updateTopicList", this::updateTopicList)
                .add("updateTopicPerm", this::updateTopicPerm)
                .add("topicRoute", () -> tool.run("topicRoute", "-t", topic)
                        .shows("\"brokerName\":\"broker-a\"", stage.broker, "\"readQueueNums\":2"))
                .add("topicStatus", () -> tool.run("topicStatus", "-t", topic)
                        .shows("#Max Offset").matches("broker-a +0 +0 +\\d+ +20\\d\\d-"))
                .add("topicClusterList", () -> tool.run("topicClusterList", "-t", topic).shows(Stage.CLUSTER))
                .add("updateOrderConf", this::updateOrderConf)
                .add("allocateMQ", () -> tool.run("allocateMQ", "-t", topic, "-i", "10.0.0.1,10.0.0.2")
                        .shows("\"10.0.0.1\":[{\"brokerName\":\"broker-a\"", "\"10.0.0.2\":[{\"brokerName\":\"broker-a\""))
                .add("statsAll", this::statsAll)
                .add("deleteTopic", this::deleteTopic);
    }

    private void topicList() {
        tool.run("topicList").shows(topic, "%RETRY%" + stage.group, "TBW102", Stage.BROKER);
        tool.run("topicList", "-c").shows("#Consumer Group").matches(Stage.CLUSTER + " +" + topic + " +" + stage.group);
    }

    private void updateTopic() {
        tool.run("updateTopic", "-b", stage.broker, "-t", "Made", "-r", "3", "-w", "3", "-p", "6")
                .shows("create topic to " + stage.broker + " success", "readQueueNums=3");
        tool.run("updateTopic", "-c", Stage.CLUSTER, "-t", "Ordered", "-r", "2", "-w", "2", "-o", "true")
                .shows("create topic to " + stage.broker + " success", "orderConf=[broker-a:2]");
        tool.run("topicRoute", "-t", "Ordered").shows("\"orderTopicConf\":\"broker-a:2\"");
        tool.run("updateTopic", "-b", stage.broker, "-t", "bad name").has("Exception");
        if (tool.knows("updateTopicList")) {
            tool.run("updateTopic", "-b", stage.broker, "-t", "Made", "-a", "+message.type=FIFO")
                    .shows("message.type=FIFO");
        }
    }

    private void updateTopicList() throws Exception {
        if (!tool.knows("updateTopicList")) {
            return;
        }
        try (Scratch scratch = new Scratch()) {
            String file = scratch.file("[{\"topicName\":\"Listed1\",\"readQueueNums\":2,\"writeQueueNums\":2,\"perm\":6},"
                    + "{\"topicName\":\"Listed2\",\"readQueueNums\":4,\"writeQueueNums\":4,\"perm\":6}]");
            tool.run("updateTopicList", "-b", stage.broker, "-f", file).shows("success");
        }
        tool.run("topicList").shows("Listed1", "Listed2");
    }

    private void updateTopicPerm() {
        tool.run("updateTopicPerm", "-t", topic, "-p", "4", "-b", stage.broker).shows("update topic perm from 6 to 4");
        tool.run("topicRoute", "-t", topic).shows("\"perm\":4");
        tool.run("updateTopicPerm", "-t", topic, "-p", "6", "-c", Stage.CLUSTER).shows("update topic perm from 4 to 6");
    }

    private void updateOrderConf() {
        tool.run("updateOrderConf", "-t", topic, "-m", "put", "-v", "broker-a:2").shows("update orderConf success");
        tool.run("updateOrderConf", "-t", topic, "-m", "get").shows("orderConf=[broker-a:2]");
        tool.run("updateOrderConf", "-t", topic, "-m", "delete").shows("delete orderConf success");
    }

    private void statsAll() {
        tool.run("statsAll").shows("#InMsg24Hour", "NO_CONSUMER");
        tool.run("statsAll", "-t", topic).shows(stage.group)
                .matches(topic + " +" + stage.group + " +\\d+ +[0-9.]*[1-9][0-9.]* +[0-9.]*[1-9][0-9.]* +[1-9]\\d* +[1-9]");
        tool.run("statsAll", "-a").shows(topic).lacks("SELF_TEST_TOPIC");
    }

    private void deleteTopic() {
        tool.run("updateTopic", "-b", stage.broker, "-t", "Deleted").shows("success");
        tool.run("deleteTopic", "-c", Stage.CLUSTER, "-t", "Deleted")
                .shows("from cluster [DefaultCluster] success", "from NameServer success");
        tool.run("topicList").shows(topic).lacks("Deleted");
    }
}
