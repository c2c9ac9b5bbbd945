package org.apache.rocketmq.test.base;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.broker.offset.ConsumerOffsetManager;
import org.apache.rocketmq.broker.subscription.SubscriptionGroupManager;
import org.apache.rocketmq.broker.topic.TopicConfigManager;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.attribute.CQType;
import org.apache.rocketmq.common.attribute.TopicMessageType;
import org.apache.rocketmq.common.namesrv.NamesrvConfig;
import org.apache.rocketmq.logging.org.slf4j.Logger;
import org.apache.rocketmq.logging.org.slf4j.LoggerFactory;
import org.apache.rocketmq.namesrv.NamesrvController;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig;
import org.apache.rocketmq.store.DefaultMessageStore;
import org.apache.rocketmq.store.MessageStore;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.stats.BrokerStatsManager;
import org.apache.rocketmq.test.util.MQAdminTestUtils;

/**
 * Stands in for the class of that name in RocketMQ's test jar, which starts a name server and brokers in the tests' own
 * process. This one starts nothing: it names those that run already, by the system properties {@code peer.namesrv} (a port)
 * and {@code peer.brokers} (ports, separated by commas). Offsets and topics that tests ask for in the process are asked of
 * the broker, and groups that they change there are changed at it; the rest of its store is as of one without messages.
 */
public class IntegrationTestBase {
    public static Logger logger = LoggerFactory.getLogger(IntegrationTestBase.class);
    public static volatile int commitLogSize = 1024 * 1024 * 100;

    protected static final String BROKER_NAME_PREFIX = "TestBrokerName_";
    protected static final AtomicInteger BROKER_INDEX = new AtomicInteger();

    private static final int TOPIC_WAIT_S = 30;

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
        config.setListenPort(Integer.parseInt(System.getProperty("peer.brokers").split(",")[number - 1]));
        return createAndStartBroker(new MessageStoreConfig(), config);
    }

    public static BrokerController createAndStartBroker(MessageStoreConfig store, BrokerConfig config) {
        store.setStorePathRootDir(createBaseDir());
        NettyServerConfig server = new NettyServerConfig();
        server.setListenPort(config.getListenPort());
        return new Elsewhere(config, server, store);
    }

    /** A broker of another process: its names and ports, and nothing of it in here. */
    private static final class Elsewhere extends BrokerController {
        private final MessageStore store;
        private final TopicConfigManager topics = new TopicConfigManager(this) {
            @Override
            public ConcurrentMap<String, TopicConfig> getTopicConfigTable() {
                try {
                    return getBrokerOuterAPI().getAllTopicConfig(getBrokerAddr()).getTopicConfigTable();
                } catch (Exception e) {
                    throw new IllegalStateException("the broker tells no topics", e);
                }
            }
        };
        private final ConsumerOffsetManager offsets = new ConsumerOffsetManager(this) {
            @Override
            public long queryOffset(String group, String topic, int queue) {
                try {
                    Map<Integer, Long> known = getBrokerOuterAPI().getAllConsumerOffset(getBrokerAddr()).getOffsetTable()
                            .get(topic + "@" + group);
                    return known == null ? -1 : known.getOrDefault(queue, -1L);
                } catch (Exception e) {
                    throw new IllegalStateException("the broker tells no offsets", e);
                }
            }
        };

        private final SubscriptionGroupManager groups = new SubscriptionGroupManager(this) {
            @Override
            public SubscriptionGroupConfig findSubscriptionGroupConfig(String group) {
                SubscriptionGroupConfig config = new SubscriptionGroupConfig();
                config.setGroupName(group);
                return config;
            }

            @Override
            public void updateSubscriptionGroupConfig(SubscriptionGroupConfig config) {
                RemotingCommand request =
                        RemotingCommand.createRequestCommand(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, null);
                request.setBody(RemotingSerializable.encode(config));
                try {
                    getBrokerOuterAPI().getRemotingClient().invokeSync(getBrokerAddr(), request, 3_000);
                } catch (Exception e) {
                    throw new IllegalStateException("the broker took no group", e);
                }
            }
        };

        Elsewhere(BrokerConfig config, NettyServerConfig server, MessageStoreConfig store) {
            super(config, server, new NettyClientConfig(), store);
            try {
                this.store = new Asked(store, config, getBrokerStatsManager());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            getBrokerOuterAPI().updateNameServerAddressList(config.getNamesrvAddr()); // tests ask it who is there
            getBrokerOuterAPI().start();
        }

        @Override
        public MessageStore getMessageStore() {
            return store;
        }

        @Override
        public TopicConfigManager getTopicConfigManager() {
            return topics == null ? super.getTopicConfigManager() : topics;
        }

        @Override
        public ConsumerOffsetManager getConsumerOffsetManager() {
            return offsets == null ? super.getConsumerOffsetManager() : offsets;
        }

        @Override
        public SubscriptionGroupManager getSubscriptionGroupManager() {
            return groups == null ? super.getSubscriptionGroupManager() : groups;
        }

        /** A store that is never started, and asks the broker for the ends of queues. */
        private final class Asked extends DefaultMessageStore {
            Asked(MessageStoreConfig store, BrokerConfig config, BrokerStatsManager statistics) throws IOException {
                super(store, statistics, (topic, queue, offset, tag, at, bits, properties) -> {}, config,
                        new ConcurrentHashMap<>());
            }

            @Override
            public long getMaxOffsetInQueue(String topic, int queue) {
                try {
                    return getBrokerOuterAPI().getMaxOffset(getBrokerAddr(), topic, queue, true, false);
                } catch (Exception e) {
                    throw new IllegalStateException("the broker tells no end of a queue", e);
                }
            }

            @Override
            public long getMinOffsetInQueue(String topic, int queue) {
                try {
                    return getBrokerOuterAPI().getMinOffset(getBrokerAddr(), topic, queue, false);
                } catch (Exception e) {
                    throw new IllegalStateException("the broker tells no begin of a queue", e);
                }
            }
        }
    }

    /** The proxy's port is one that runs already, or there is none. */
    public static void createAndStartProxy(String nameServer) {}

    public static boolean initTopic(String topic, String nameServer, String cluster, int queues, CQType type) {
        return initTopic(topic, nameServer, cluster, queues, type, TopicMessageType.NORMAL);
    }

    public static boolean initTopic(
            String topic, String nameServer, String cluster, int queues, CQType type, TopicMessageType kind) {
        return initTopic(topic, nameServer, cluster, queues, type, kind, null);
    }

    public static boolean initTopic(
            String topic, String nameServer, String cluster, int queues, CQType type, TopicMessageType kind,
            Long expiration) {
        Map<String, String> attributes = new HashMap<>();
        if (type != CQType.SimpleCQ) {
            attributes.put("+queue.type", type.toString());
        }
        if (kind != TopicMessageType.NORMAL) {
            attributes.put("+message.type", kind.toString());
        }
        if (expiration != null) {
            attributes.put("+lite.topic.expiration", expiration.toString());
        }
        return MQAdminTestUtils.createTopic(nameServer, cluster, topic, queues, attributes, TOPIC_WAIT_S);
    }

    public static boolean initTopic(String topic, String nameServer, String cluster, CQType type) {
        return initTopic(topic, nameServer, cluster, 8, type, TopicMessageType.NORMAL);
    }

    public static boolean initTopic(String topic, String nameServer, String cluster, TopicMessageType kind) {
        return initTopic(topic, nameServer, cluster, 8, CQType.SimpleCQ, kind);
    }

    public static void deleteFile(File file) {}

    public static void initMQAdmin(String nameServer) {
        try {
            MQAdminTestUtils.startAdmin(nameServer);
        } catch (Exception e) {
            throw new IllegalStateException("the tools' client did not start", e);
        }
    }
}
