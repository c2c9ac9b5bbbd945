package io.posthorse.interop.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** RocketMQ's broker and name server, started from a directory of jars. */
public final class RocketMqPeer implements Peer {

    private static final List<String> OPENS = List.of("--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED");

    private final String jars;

    RocketMqPeer(String jars) {
        if (jars.isBlank() || !Files.isDirectory(Path.of(jars))) {
            throw new IllegalArgumentException("interop.peer.classpath is no folder of jars: '" + jars + "'");
        }
        this.jars = jars;
    }

    /** Returns RocketMQ from the directory of the system property {@code interop.peer.classpath}. */
    public static RocketMqPeer given() {
        return new RocketMqPeer(System.getProperty("interop.peer.classpath", ""));
    }

    @Override
    public List<ProcessBuilder> commands(BrokerPlan plan) throws IOException {
        return List.of(nameServer(plan.data(), plan.nameServerPort()), broker(plan.data(), brokerSettings(plan)));
    }

    /** Returns its name server, not started yet. */
    public ProcessBuilder nameServer(Path folder, int port) throws IOException {
        Path home = Files.createDirectories(folder);
        Path file = home.resolve("namesrv.conf");
        Files.writeString(file, "listenPort=%d%nbindAddress=%s%nkvConfigPath=%s%n".formatted(
                port, BrokerPlan.LOOPBACK, home.resolve("kvConfig.json")));
        return java(home, "256m", "org.apache.rocketmq.namesrv.NamesrvStartup", "-c", file.toString());
    }

    /** Returns its broker, not started yet, which registers with name servers. */
    public ProcessBuilder broker(Path folder, int port, String brokerName, String nameServers) throws IOException {
        return broker(folder, brokerSettings(new BrokerPlan(folder.toAbsolutePath(), port, 0, 0, 0, Map.of(
                "brokerClusterName", "DefaultCluster", "brokerName", brokerName, "namesrvAddr", nameServers))));
    }

    /**
     * Returns its proxy in cluster mode, not started yet. It listens on all addresses, since it has no setting for that.
     *
     * @param remotingPort where it takes remoting clients, {@code grpcPort} where it takes gRPC
     */
    public ProcessBuilder proxy(Path folder, int grpcPort, int remotingPort, String nameServers) throws IOException {
        Path home = Files.createDirectories(folder);
        Path file = home.resolve("rmq-proxy.json");
        Files.writeString(file, """
                {"rocketMQClusterName": "DefaultCluster", "proxyMode": "CLUSTER", "namesrvAddr": "%s",
                 "grpcServerPort": %d, "remotingListenPort": %d, "localServeAddr": "%s",
                 "enableTopicMessageTypeCheck": false, "enablePrintJstack": false,
                 "topicRouteServiceCacheRefreshSeconds": 1, "transactionHeartbeatPeriodSecond": 1}
                """.formatted(nameServers, grpcPort, remotingPort, BrokerPlan.LOOPBACK));
        return java(home, "512m", "org.apache.rocketmq.proxy.ProxyStartup", "-pc", file.toString());
    }

    private ProcessBuilder broker(Path folder, Map<String, String> settings) throws IOException {
        Path home = Files.createDirectories(folder);
        Path file = home.resolve("broker.conf");
        List<String> lines = new ArrayList<>();
        settings.forEach((key, value) -> lines.add(key + "=" + value));
        Files.write(file, lines);
        return java(home, "1g", "org.apache.rocketmq.broker.BrokerStartup", "-c", file.toString());
    }

    /** Waits for the name server: the broker accepts connections seconds before the name server knows it. */
    @Override
    public String readyText() {
        return "boot success";
    }

    private static Map<String, String> brokerSettings(BrokerPlan plan) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("brokerClusterName", "interop");
        settings.put("brokerName", "interop");
        settings.put("brokerId", "0");
        settings.put("brokerIP1", BrokerPlan.LOOPBACK);
        settings.put("bindAddress", BrokerPlan.LOOPBACK);
        settings.put("namesrvAddr", BrokerPlan.LOOPBACK + ":" + plan.nameServerPort());
        settings.put("listenPort", Integer.toString(plan.listenPort()));
        settings.put("haListenPort", Integer.toString(plan.listenPort() + 1));
        settings.put("storePathRootDir", plan.data().resolve("store").toString());
        settings.put("storePathCommitLog", plan.data().resolve("store").resolve("commitlog").toString());
        settings.put("mappedFileSizeCommitLog", Integer.toString(128 << 20));
        // RocketMQ drops one-way sends that waited 200 ms, as after a cold start on a small machine.
        settings.put("waitTimeMillsInSendQueue", "20000");
        settings.put("diskMaxUsedSpaceRatio", "95");
        settings.put("enablePropertyFilter", "true");
        settings.put("recallMessageEnable", "true");
        settings.putAll(plan.settings());
        return settings;
    }

    private ProcessBuilder java(Path home, String heap, String mainClass, String... arguments) {
        List<String> options = new ArrayList<>(OPENS);
        options.addAll(List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=2g",
                "-XX:-OmitStackTraceInFastThrow", "-Duser.home=" + home));
        ProcessBuilder builder = new JavaCommand(Path.of(jars, "*").toString(), mainClass)
                .options(options).arguments(arguments).builder();
        builder.environment().put("ROCKETMQ_HOME", home.toString());
        return builder;
    }
}
