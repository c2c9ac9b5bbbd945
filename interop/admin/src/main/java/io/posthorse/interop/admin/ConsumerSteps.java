package io.posthorse.interop.admin;

import java.time.Duration;

/** Commands about consumer groups and connections. */
final class ConsumerSteps {

    private static final Duration RESET_LIMIT = Duration.ofSeconds(40);

    private final Stage stage;
    private final Tool tool;
    private final String group;

    ConsumerSteps(Stage stage) {
        this.stage = stage;
        this.tool = stage.tool;
        this.group = stage.group;
    }

    void addTo(Catalog catalog) {
        catalog.add("consumerProgress", this::consumerProgress)
                .add("consumerStatus", this::consumerStatus)
                .add("consumerConnection", () -> tool.run("consumerConnection", "-g", group)
                        .shows(stage.clientId(), "CLUSTERING", "CONSUME_FROM_FIRST_OFFSET", stage.topic, "JAVA"))
                .add("producerConnection", this::producerConnection)
                .add("updateSubGroup", this::updateSubGroup)
                .add("updateSubGroupList", this::updateSubGroupList)
                .add("cloneGroupOffset", this::cloneGroupOffset)
                .add("deleteSubGroup", () -> tool.run("deleteSubGroup", "-c", Stage.CLUSTER, "-g", "MadeGroup")
                        .shows("delete subscription group [MadeGroup] from broker [" + stage.broker + "]"))
                .add("getConsumerStatus", this::getConsumerStatus)
                .add("queryCq", () -> tool.run("queryCq", "-t", stage.topic, "-q", "0", "-i", "0", "-c", "2", "-b",
                        stage.broker, "-g", group)
                        .shows("Subscription data", "idx: 0", "idx: 1", "physicOffset=", "eval=true"))
                .add("resetOffsetByTime", this::resetOffsetByTime)
                .add("skipAccumulatedMessage", this::skipAccumulated)
                .add("startMonitoring", () -> tool.watch("never printed", Duration.ofSeconds(2), "startMonitoring")
                        .lacks("Exception"));
    }

    private void consumerProgress() throws InterruptedException {
        stage.settle();
        tool.run("consumerProgress", "-g", group).shows("%RETRY%" + group)
                .matches(stage.topic + " +broker-a +0 +[1-9]\\d* +[1-9]").matches("Consume TPS: ");
        String host = stage.clientId().substring(0, stage.clientId().indexOf('@'));
        tool.run("consumerProgress", "-g", group, "-s", "true").shows(host);
        tool.run("consumerProgress").matches(group + " +1 +V\\d_\\d_\\d +PUSH +CLUSTERING");
        tool.run("consumerProgress", "-g", "NoSuchGroup").has("Exception");
    }

    private void consumerStatus() {
        tool.run("consumerStatus", "-g", group)
                .shows(stage.clientId(), "Same subscription in the same group of consumer", "Rebalance OK");
        tool.run("consumerStatus", "-g", group, "-i", stage.clientId(), "-s")
                .has("#Consumer Properties#", stage.topic, "#Consumer Offset#", "TID: ", "STATE: ");
        tool.run("consumerStatus", "-g", group, "-i", "nobody").has("not online");
    }

    private void producerConnection() throws InterruptedException {
        stage.producer.getDefaultMQProducerImpl().getmQClientFactory().sendHeartbeatToAllBrokerWithLock();
        tool.run("producerConnection", "-g", stage.producers, "-t", stage.topic).shows("admin-producer", "JAVA");
        if (tool.knows("producer")) {
            tool.run("producer", "-b", stage.broker).shows("producer group (" + stage.producers + ")", "language=JAVA");
        }
    }

    private void updateSubGroup() {
        tool.run("updateSubGroup", "-c", Stage.CLUSTER, "-g", "MadeGroup", "-r", "3", "-i", "0", "-w", "1")
                .shows("create subscription group to " + stage.broker + " success", "retryMaxTimes=3");
        tool.run("topicRoute", "-t", "%RETRY%MadeGroup").shows("broker-a");
        if (tool.knows("getConsumerConfig")) {
            tool.run("updateSubGroup", "-b", stage.broker, "-g", "MadeGroup", "-r", "4", "--attributes",
                    "+priority.factor=7")
                    .shows("success");
            tool.run("getConsumerConfig", "-g", "MadeGroup").shows("broker-a").matches("retryMaxTimes += +4")
                    .matches("attributes += +\\{priority.factor=7}");
        }
    }

    private void updateSubGroupList() throws Exception {
        if (!tool.knows("updateSubGroupList")) {
            return;
        }
        try (Scratch scratch = new Scratch()) {
            String file = scratch.file("[{\"groupName\":\"ListedGroup1\"},{\"groupName\":\"ListedGroup2\"}]");
            tool.run("updateSubGroupList", "-b", stage.broker, "-f", file).shows("success");
        }
        tool.run("getConsumerConfig", "-g", "ListedGroup2").shows("ListedGroup2");
    }

    private void cloneGroupOffset() throws InterruptedException {
        stage.settle();
        tool.run("updateSubGroup", "-c", Stage.CLUSTER, "-g", "Cloned").shows("success");
        tool.run("cloneGroupOffset", "-s", group, "-d", "Cloned", "-t", stage.topic, "-o", "true")
                .shows("clone group offset success");
        tool.run("consumerProgress", "-g", "Cloned").shows(stage.topic).matches(stage.topic + " +broker-a +0 +\\d+ +[1-9]");
    }

    /** Tries the admin client's request, since no release registers the command. */
    private void getConsumerStatus() throws Exception {
        String clients = stage.consumerStatus();
        if (!clients.contains(stage.clientId()) || !clients.contains("queueId=0")) {
            throw new AssertionError("status of consumers: " + clients);
        }
    }

    private void resetOffsetByTime() throws InterruptedException {
        tool.run("resetOffsetByTime", "-g", "Cloned", "-t", stage.topic, "-s", "0").shows("#offset")
                .matches("broker-a +0 +0").matches("broker-a +1 +0");
        tool.run("resetOffsetByTime", "-g", "Cloned", "-t", stage.topic, "-s", "-1").shows("#offset")
                .matches("broker-a +0 +[1-9]");
        int before = stage.received.size();
        tool.run("resetOffsetByTime", "-g", group, "-t", stage.topic, "-s", "0").shows("#offset").matches("broker-a +0 +0");
        Stage.await("the online consumer reads from the start again", RESET_LIMIT,
                () -> stage.received.size() >= before + Stage.MESSAGES);
    }

    private void skipAccumulated() {
        if (tool.knows("skipAccumulatedMessage")) {
            tool.run("resetOffsetByTime", "-g", "Cloned", "-t", stage.topic, "-s", "0").shows("#offset");
            tool.run("skipAccumulatedMessage", "-g", "Cloned", "-t", stage.topic).shows("#offset")
                    .matches("broker-a +0 +[1-9]");
        }
    }
}
