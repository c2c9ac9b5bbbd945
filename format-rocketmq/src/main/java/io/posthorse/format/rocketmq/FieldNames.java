package io.posthorse.format.rocketmq;

import java.nio.charset.StandardCharsets;

/** The names of header fields and message properties, as bytes. */
public final class FieldNames {
    public static final byte[] PRODUCER_GROUP = ascii("producerGroup");
    public static final byte[] TOPIC = ascii("topic");
    public static final byte[] DEFAULT_TOPIC = ascii("defaultTopic");
    public static final byte[] DEFAULT_TOPIC_QUEUES = ascii("defaultTopicQueueNums");
    public static final byte[] QUEUE_ID = ascii("queueId");
    public static final byte[] SYSTEM_FLAG = ascii("sysFlag");
    public static final byte[] BORN_TIMESTAMP = ascii("bornTimestamp");
    public static final byte[] FLAG = ascii("flag");
    public static final byte[] PROPERTIES = ascii("properties");
    public static final byte[] RECONSUME_TIMES = ascii("reconsumeTimes");
    public static final byte[] MAX_RECONSUME_TIMES = ascii("maxReconsumeTimes");
    public static final byte[] BATCH = ascii("batch");

    public static final byte[] CONSUMER_GROUP = ascii("consumerGroup");
    public static final byte[] QUEUE_OFFSET = ascii("queueOffset");
    public static final byte[] MAX_MESSAGES = ascii("maxMsgNums");
    public static final byte[] MAX_BYTES = ascii("maxMsgBytes");
    public static final byte[] COMMIT_OFFSET = ascii("commitOffset");
    public static final byte[] SUSPEND_MS = ascii("suspendTimeoutMillis");
    public static final byte[] SUBSCRIPTION = ascii("subscription");
    public static final byte[] SUBSCRIPTION_VERSION = ascii("subVersion");
    public static final byte[] EXPRESSION_TYPE = ascii("expressionType");

    public static final byte[] MESSAGE_ID = ascii("msgId");
    public static final byte[] TRANSACTION_ID = ascii("transactionId");
    public static final byte[] TRACE_ON = ascii("TRACE_ON");
    public static final byte[] REGION = ascii("MSG_REGION");
    public static final byte[] TRUE = ascii("true");
    public static final byte[] DEFAULT_REGION = ascii("DefaultRegion");
    public static final byte[] SUGGESTED_BROKER = ascii("suggestWhichBrokerId");
    public static final byte[] NEXT_OFFSET = ascii("nextBeginOffset");
    public static final byte[] MIN_OFFSET = ascii("minOffset");
    public static final byte[] MAX_OFFSET = ascii("maxOffset");
    public static final byte[] GROUP_FLAG = ascii("groupSysFlag");
    public static final byte[] TOPIC_FLAG = ascii("topicSysFlag");

    public static final byte[] UNIQUE_KEY = ascii("UNIQ_KEY");
    public static final byte[] KEYS = ascii("KEYS");
    public static final byte[] TAGS = ascii("TAGS");
    public static final byte[] DELAY = ascii("DELAY");
    public static final byte[] POP_RECEIPT = ascii("POP_CK");
    public static final byte[] TRANSACTION = ascii("TRAN_MSG");
    public static final byte[] CLUSTER = ascii("CLUSTER");
    public static final byte[] CHECK_IMMUNITY_SECONDS = ascii("CHECK_IMMUNITY_TIME_IN_SECONDS");
    public static final byte[] TIMER_DELIVER_MS = ascii("TIMER_DELIVER_MS");
    public static final byte[] TIMER_DELAY_SECONDS = ascii("TIMER_DELAY_SEC");
    public static final byte[] TIMER_DELAY_MS = ascii("TIMER_DELAY_MS");
    public static final byte[] TIMER_OUT_MS = ascii("TIMER_OUT_MS");
    public static final byte[] START_DELIVER_TIME = ascii("__STARTDELIVERTIME");
    public static final byte[] PRIORITY = ascii("_SYS_MSG_PRIORITY_");
    public static final byte[] SHARDING_KEY = ascii("__SHARDINGKEY");
    public static final byte[] OUR_DELIVER_MS = ascii("POSTHORSE_DELIVER_MS");
    public static final byte[] OUR_DELAY_MS = ascii("POSTHORSE_DELAY_MS");
    public static final byte[] RECALL_HANDLE = ascii("recallHandle");

    private FieldNames() {}

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
