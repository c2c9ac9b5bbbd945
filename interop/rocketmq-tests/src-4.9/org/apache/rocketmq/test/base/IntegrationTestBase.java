package org.apache.rocketmq.test.base;

import java.io.File;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.namesrv.NamesrvConfig;
import org.apache.rocketmq.logging.InternalLogger;
import org.apache.rocketmq.logging.InternalLoggerFactory;
import org.apache.rocketmq.namesrv.NamesrvController;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.test.util.MQAdmin;

/**
 * Stands in for the class of that name in RocketMQ 4.9's test jar, as the one in {@code src} does for 5.5's. Tests of 4.9
 * ask for the names and ports of brokers only.
 */
public class IntegrationTestBase {
    public static InternalLogger logger = InternalLoggerFactory.getLogger(IntegrationTestBase.class);

    protected static final String BROKER_NAME_PREFIX = "TestBrokerName_";
    protected static final AtomicInteger BROKER_INDEX = new AtomicInteger();

    private static final long TOPIC_WAIT_NS = 30_000_000_000L;

    public static String createBaseDir() {
        return System.getProperty("java.io.tmpdir") + File.separator + "rocketmq-tests-" + System.nanoTime();
    }

    public static NamesrvController createAndStartNamesrv() {
        NettyServerConfig server = new NettyServerConfig();
        server.setListenPort(Integer.getInteger("peer.namesrv"));
        return new NamesrvController(new NamesrvConfig(), server);
    }

    public static BrokerController createAndStartBroker(String nameServer) {
        BrokerConfig config = new BrokerConfig();
        int number = BROKER_INDEX.incrementAndGet();
        config.setBrokerName(BROKER_NAME_PREFIX + number);
        config.setBrokerIP1("127.0.0.1");
        config.setNamesrvAddr(nameServer);
        MessageStoreConfig store = new MessageStoreConfig();
        store.setStorePathRootDir(createBaseDir());
        NettyServerConfig server = new NettyServerConfig();
        server.setListenPort(Integer.parseInt(System.getProperty("peer.brokers").split(",")[number - 1]));
        return new BrokerController(config, server, new NettyClientConfig(), store);
    }

    public static boolean initTopic(String topic, String nameServer, String cluster, int queues) {
        long until = System.nanoTime() + TOPIC_WAIT_NS;
        while (!MQAdmin.createTopic(nameServer, cluster, topic, queues)) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException("the brokers did not make topic " + topic);
            }
        }
        return true;
    }

    public static boolean initTopic(String topic, String nameServer, String cluster) {
        return initTopic(topic, nameServer, cluster, 8);
    }

    public static void deleteFile(File file) {}
}
