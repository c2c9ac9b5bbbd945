package io.posthorse.interop.admin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Commands about the broker and the cluster. */
final class BrokerSteps {

    private final Stage stage;
    private final Tool tool;

    BrokerSteps(Stage stage) {
        this.stage = stage;
        this.tool = stage.tool;
    }

    void addTo(Catalog catalog) {
        catalog.add("clusterList", this::clusterList)
                .add("clusterRT", () -> tool.watch(Stage.BROKER, Duration.ofSeconds(20), "clusterRT", "-s", "16", "-a", "2",
                        "-i", "1").shows(Stage.CLUSTER, Stage.BROKER).matches("\\d+\\.\\d\\d"))
                .add("updateBrokerConfig", this::updateBrokerConfig)
                .add("getBrokerConfig", this::getBrokerConfig)
                .add("brokerStatus", this::brokerStatus)
                .add("brokerConsumeStats", () -> tool.run("brokerConsumeStats", "-b", stage.broker)
                        .shows("Diff Total: ").matches(stage.topic + " +" + stage.group + " +broker-a +0"))
                .add("wipeWritePerm", this::wipeWritePerm)
                .add("cleanExpiredCQ", () -> {
                    tool.run("cleanExpiredCQ", "-b", stage.broker).shows("success");
                    tool.run("cleanExpiredCQ", "-c", Stage.CLUSTER).shows("success");
                })
                .add("cleanUnusedTopic", () -> tool.run("cleanUnusedTopic", "-b", stage.broker).shows("success"))
                .add("deleteExpiredCommitLog", () -> only5("deleteExpiredCommitLog", "-b", stage.broker, "success"))
                .add("exports", this::exports)
                .add("sendMsgStatus", () -> tool.run("sendMsgStatus", "-b", Stage.BROKER, "-c", "3")
                        .shows("sendStatus=SEND_OK", "topic=broker-a"));
    }

    private void only5(String command, String option, String value, String expected) {
        if (tool.knows(command)) {
            tool.run(command, option, value).shows(expected);
        }
    }

    private void clusterList() {
        tool.run("clusterList").shows("#InTPS")
                .matches("DefaultCluster +broker-a +0 +" + stage.broker + " +V\\d_\\d_\\d +\\d+\\.\\d+\\(0,0ms");
        tool.run("clusterList", "-m").shows("#InTotalToday").matches("broker-a +0 +0 +[1-9]\\d* +[1-9]\\d*");
    }

    private void updateBrokerConfig() {
        tool.run("updateBrokerConfig", "-b", stage.broker, "-k", "fileReservedTime", "-v", "71").shows("success");
        tool.run("getBrokerConfig", "-b", stage.broker).matches("fileReservedTime += +71");
        tool.run("updateBrokerConfig", "-c", Stage.CLUSTER, "-k", "fileReservedTime", "-v", "72").shows("success");
        tool.run("updateBrokerConfig", "-b", stage.broker, "-k", "listenPort", "-v", "1")
                .has("CODE: 16", "listenPort: it cannot be changed while the server runs");
        tool.run("updateBrokerConfig", "-b", stage.broker, "-k", "fileReservedTime", "-v", "0")
                .has("CODE: 16", "a whole number, 1 to");
    }

    private void getBrokerConfig() {
        tool.run("getBrokerConfig", "-b", stage.broker).shows(stage.broker).matches("brokerName += +broker-a");
        tool.run("getBrokerConfig", "-c", Stage.CLUSTER).shows("Master: " + stage.broker)
                .matches("autoCreateTopicEnable += +true");
    }

    private void brokerStatus() {
        tool.run("brokerStatus", "-b", stage.broker)
                .shows("putTps", "getTransferedTps", "getTransferredTps", "bootTimestamp", "commitLogDirCapacity")
                .matches("msgPutTotalTodayNow +: [1-9]").matches("msgGetTotalTodayNow +: [1-9]")
                .matches("brokerVersionDesc +: V5_5_0");
        tool.run("brokerStatus", "-c", Stage.CLUSTER).shows(stage.broker, "runtime");
    }

    private void wipeWritePerm() {
        tool.run("wipeWritePerm", "-b", Stage.BROKER).matches("wipe write perm of broker\\[broker-a].* OK, [1-9]");
        tool.run("topicRoute", "-t", stage.topic).shows("\"perm\":4");
        if (tool.knows("addWritePerm")) {
            tool.run("addWritePerm", "-b", Stage.BROKER).matches("add write perm of broker\\[broker-a].* OK, [1-9]");
        } else {
            stage.restoreWritePermission();
        }
        tool.run("topicRoute", "-t", stage.topic).shows("\"perm\":6");
    }

    private void exports() throws Exception {
        if (!tool.knows("exportMetadata")) {
            return;
        }
        try (Scratch scratch = new Scratch()) {
            exports(scratch.folder());
        }
    }

    private void exports(Path folder) throws Exception {
        tool.run("exportMetadata", "-c", Stage.CLUSTER, "-f", folder.toString()).shows("metadata.json success");
        tool.run("exportConfigs", "-c", Stage.CLUSTER, "-f", folder.toString()).shows("configs.json success");
        tool.run("exportMetrics", "-c", Stage.CLUSTER, "-f", folder.toString()).shows("metrics.json success");
        String metadata = Files.readString(folder.resolve("metadata.json"));
        String metrics = Files.readString(folder.resolve("metrics.json"));
        if (!metadata.contains(stage.topic) || !metadata.contains(stage.group) || !metrics.contains("runtimeQuota")) {
            throw new AssertionError("exported: " + metadata + metrics);
        }
    }
}
