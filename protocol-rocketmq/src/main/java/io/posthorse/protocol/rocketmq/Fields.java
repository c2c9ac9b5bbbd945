package io.posthorse.protocol.rocketmq;

import java.nio.charset.StandardCharsets;

/** Names of header fields and message properties, as bytes. */
final class Fields {
    static final byte[] PRODUCER_GROUP = ascii("producerGroup");
    static final byte[] TOPIC = ascii("topic");
    static final byte[] DEFAULT_TOPIC = ascii("defaultTopic");
    static final byte[] DEFAULT_TOPIC_QUEUES = ascii("defaultTopicQueueNums");
    static final byte[] QUEUE_ID = ascii("queueId");
    static final byte[] SYSTEM_FLAG = ascii("sysFlag");
    static final byte[] BORN_TIMESTAMP = ascii("bornTimestamp");
    static final byte[] FLAG = ascii("flag");
    static final byte[] PROPERTIES = ascii("properties");
    static final byte[] RECONSUME_TIMES = ascii("reconsumeTimes");
    static final byte[] MAX_RECONSUME_TIMES = ascii("maxReconsumeTimes");
    static final byte[] BATCH = ascii("batch");

    static final byte[] CONSUMER_GROUP = ascii("consumerGroup");
    static final byte[] QUEUE_OFFSET = ascii("queueOffset");
    static final byte[] MAX_MESSAGES = ascii("maxMsgNums");
    static final byte[] MAX_BYTES = ascii("maxMsgBytes");
    static final byte[] COMMIT_OFFSET = ascii("commitOffset");
    static final byte[] SUSPEND_MS = ascii("suspendTimeoutMillis");
    static final byte[] SUBSCRIPTION = ascii("subscription");
    static final byte[] SUBSCRIPTION_VERSION = ascii("subVersion");
    static final byte[] EXPRESSION_TYPE = ascii("expressionType");

    static final byte[] MESSAGE_ID = ascii("msgId");
    static final byte[] TRANSACTION_ID = ascii("transactionId");
    static final byte[] TRACE_ON = ascii("TRACE_ON");
    static final byte[] REGION = ascii("MSG_REGION");
    static final byte[] TRUE = ascii("true");
    static final byte[] DEFAULT_REGION = ascii("DefaultRegion");
    static final byte[] SUGGESTED_BROKER = ascii("suggestWhichBrokerId");
    static final byte[] NEXT_OFFSET = ascii("nextBeginOffset");
    static final byte[] MIN_OFFSET = ascii("minOffset");
    static final byte[] MAX_OFFSET = ascii("maxOffset");
    static final byte[] GROUP_FLAG = ascii("groupSysFlag");
    static final byte[] TOPIC_FLAG = ascii("topicSysFlag");

    static final byte[] UNIQUE_KEY = ascii("UNIQ_KEY");
    static final byte[] KEYS = ascii("KEYS");
    static final byte[] TAGS = ascii("TAGS");
    static final byte[] DELAY = ascii("DELAY");
    static final byte[] TRANSACTION = ascii("TRAN_MSG");
    static final byte[] CLUSTER = ascii("CLUSTER");
    static final byte[] CHECK_IMMUNITY_SECONDS = ascii("CHECK_IMMUNITY_TIME_IN_SECONDS");
    static final byte[] TIMER_DELIVER_MS = ascii("TIMER_DELIVER_MS");
    static final byte[] TIMER_DELAY_SECONDS = ascii("TIMER_DELAY_SEC");
    static final byte[] TIMER_DELAY_MS = ascii("TIMER_DELAY_MS");
    static final byte[] OUR_DELIVER_MS = ascii("POSTHORSE_DELIVER_MS");
    static final byte[] OUR_DELAY_MS = ascii("POSTHORSE_DELAY_MS");
    static final byte[] RECALL_HANDLE = ascii("recallHandle");

    private Fields() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
