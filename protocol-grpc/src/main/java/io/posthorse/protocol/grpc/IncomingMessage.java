package io.posthorse.protocol.grpc;

import io.netty.buffer.Unpooled;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.Encoding;
import io.posthorse.codec.grpc.Message;
import io.posthorse.codec.grpc.MessageType;
import io.posthorse.codec.grpc.SystemProperties;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.Host;
import io.posthorse.format.rocketmq.OutgoingMessage;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A message as a client sends it: checks it, and encodes it with the properties that a remoting client would set. */
final class IncomingMessage {
    private static final int PROPERTIES_MAX = 128;
    private static final int GROUP_LENGTH_MAX = 64;
    private static final int WORD_LENGTH_MAX = 1_024;

    /** Names with a meaning for the broker or its clients; user properties must not have them. */
    static final Set<String> RESERVED = Set.of(
            "KEYS", "TAGS", "WAIT", "DELAY", "RETRY_TOPIC", "REAL_TOPIC", "REAL_QID", "TRAN_MSG", "PGROUP", "MIN_OFFSET",
            "MAX_OFFSET", "BUYER_ID", "ORIGIN_MESSAGE_ID", "TRANSFER_FLAG", "CORRECTION_FLAG", "MQ2_FLAG", "RECONSUME_TIME",
            "MSG_REGION", "TRACE_ON", "UNIQ_KEY", "EXTEND_UNIQ_INFO", "MAX_RECONSUME_TIMES", "CONSUME_START_TIME",
            "INNER_NUM", "INNER_BASE", "DUP_INFO", "CHECK_IMMUNITY_TIME_IN_SECONDS", "TRAN_PREPARED_QUEUE_OFFSET",
            "__transactionId__", "TRANSACTION_CHECK_TIMES", "INSTANCE_ID", "CORRELATION_ID", "REPLY_TO_CLIENT", "TTL",
            "ARRIVE_TIME", "PUSH_REPLY_TIME", "CLUSTER", "MSG_TYPE", "POP_CK", "POP_CK_OFFSET", "1ST_POP_TIME",
            "TIMER_DELIVER_MS", "TIMER_DELAY_MS", "TIMER_DELAY_SEC", "TIMER_OUT_MS", "TIMER_ENQUEUE_MS",
            "TIMER_DEQUEUE_MS", "TIMER_ROLL_TIMES", "TIMER_DEL_UNIQKEY", "__SHARDINGKEY", "DLQ_ORIGIN_TOPIC",
            "DLQ_ORIGIN_MESSAGE_ID", "__BORNHOST", "BORN_TIMESTAMP", "TRACE_CONTEXT", "POSTHORSE_DELIVER_MS",
            "POSTHORSE_DELAY_MS", "__STARTDELIVERTIME");

    private final Message message;
    private final SystemProperties system;
    private final String topic;

    /** @param topic checked name of its topic */
    IncomingMessage(Message message, String topic) {
        this.message = message;
        this.system = message.getSystemProperties();
        this.topic = topic;
    }

    String id() {
        return system.getMessageId();
    }

    /** Returns the type; a delivery time turns a message of type normal, or of none, into a delayed one. */
    MessageType type() {
        MessageType stated = system.getMessageType();
        boolean isNormal = stated == MessageType.MESSAGE_TYPE_UNSPECIFIED || stated == MessageType.NORMAL;
        return isNormal && system.hasDeliveryTimestamp() ? MessageType.DELAY : stated;
    }

    /** Returns the group in which its order counts; empty where it is in none. */
    String group() {
        return type() == MessageType.FIFO ? system.getMessageGroup() : "";
    }

    /** Refuses a message that the protocol does not allow, before anything is stored. */
    void check(int bodyMax) {
        if (message.getBody().size() > bodyMax) {
            throw new Refusal(Code.MESSAGE_BODY_TOO_LARGE, "the body has " + message.getBody().size()
                    + " bytes; the maximum is " + bodyMax + " (maxMessageSize)");
        }
        if (id().isBlank()) {
            throw new Refusal(Code.ILLEGAL_MESSAGE_ID, "the message has no id");
        }
        word(Code.ILLEGAL_MESSAGE_ID, "id", id());
        if (system.hasTag()) {
            word(Code.ILLEGAL_MESSAGE_TAG, "tag", system.getTag());
            if (system.getTag().indexOf('|') >= 0) {
                throw new Refusal(Code.ILLEGAL_MESSAGE_TAG, "the tag contains a |, which separates tags");
            }
        }
        for (String key : system.getKeysList()) {
            word(Code.ILLEGAL_MESSAGE_KEY, "key", key);
        }
        checkType();
        checkProperties();
    }

    private void checkType() {
        switch (type()) {
            case NORMAL, MESSAGE_TYPE_UNSPECIFIED -> { }
            case FIFO -> {
                word(Code.ILLEGAL_MESSAGE_GROUP, "message group", system.getMessageGroup());
                if (system.getMessageGroup().length() > GROUP_LENGTH_MAX) {
                    throw new Refusal(Code.ILLEGAL_MESSAGE_GROUP, "the message group is longer than " + GROUP_LENGTH_MAX
                            + " characters");
                }
            }
            case DELAY -> {
                if (!system.hasDeliveryTimestamp()) {
                    throw new Refusal(Code.MESSAGE_PROPERTY_CONFLICT_WITH_TYPE, "a delay message needs a delivery time");
                }
            }
            case TRANSACTION -> {
                if (system.hasOrphanedTransactionRecoveryDuration()
                        && system.getOrphanedTransactionRecoveryDuration().getSeconds() < 0) {
                    throw new Refusal(Code.BAD_REQUEST, "the time after which the producer of an orphaned transaction is"
                            + " asked is negative");
                }
            }
            default -> throw new Refusal(Code.UNSUPPORTED, "messages of type " + type() + " are not supported: send"
                    + " NORMAL, FIFO, DELAY or TRANSACTION");
        }
        if (type() != MessageType.DELAY && system.hasDeliveryTimestamp() || type() != MessageType.FIFO
                && system.hasMessageGroup()) {
            throw new Refusal(Code.MESSAGE_PROPERTY_CONFLICT_WITH_TYPE, "a message of type " + type()
                    + " cannot have a delivery time or a message group of its own");
        }
    }

    private void checkProperties() {
        if (message.getUserPropertiesCount() > PROPERTIES_MAX) {
            throw new Refusal(Code.MESSAGE_PROPERTIES_TOO_LARGE,
                    "the message has more than " + PROPERTIES_MAX + " properties");
        }
        message.getUserPropertiesMap().forEach((name, value) -> {
            if (RESERVED.contains(name) || name.isBlank() || hasControl(name) || hasControl(value)) {
                throw new Refusal(Code.ILLEGAL_MESSAGE_PROPERTY_KEY, "the property " + printable(name)
                        + " cannot be stored: its name is blank or reserved, or it has control characters");
            }
        });
    }

    private static void word(Code code, String what, String text) {
        if (text.isBlank() || text.length() > WORD_LENGTH_MAX || hasControl(text)) {
            throw new Refusal(code, "the " + what + " is blank, has control characters, or is longer than "
                    + WORD_LENGTH_MAX + " characters");
        }
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    private static String printable(String name) {
        return name.length() > 64 ? name.substring(0, 64) : name.replaceAll("\\p{Cntrl}", "?");
    }

    /** Fills in the fields of the log's message; the caller sets queue and hosts. */
    void fill(OutgoingMessage out, Host bornHost, long nowMs) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        byte[] text = MessageView.text(properties()).getBytes(StandardCharsets.UTF_8);
        out.flag = 0;
        out.systemFlag = system.getBodyEncoding() == Encoding.GZIP ? StoredMessage.FLAG_COMPRESSED : 0;
        out.bornTimestamp = system.hasBornTimestamp() ? Resources.ms(system.getBornTimestamp()) : nowMs;
        out.bornHost = bornHost;
        out.reconsumeTimes = 0;
        out.topic = name;
        out.topicAt = 0;
        out.topicLength = name.length;
        out.properties = text;
        out.propertiesAt = 0;
        out.propertiesLength = text.length;
        out.body = Unpooled.wrappedBuffer(message.getBody().asReadOnlyByteBuffer());
        out.bodyAt = 0;
        out.bodyLength = message.getBody().size();
    }

    private Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("UNIQ_KEY", id());
        if (system.hasTag()) {
            properties.put("TAGS", system.getTag());
        }
        if (system.getKeysCount() > 0) {
            properties.put("KEYS", String.join(" ", system.getKeysList()));
        }
        if (!group().isEmpty()) {
            properties.put("__SHARDINGKEY", group());
        }
        if (type() == MessageType.DELAY) {
            properties.put("TIMER_DELIVER_MS", Long.toString(Math.max(0, Resources.ms(system.getDeliveryTimestamp()))));
        }
        if (type() == MessageType.TRANSACTION) {
            properties.put("TRAN_MSG", "true");
            properties.put("PGROUP", topic);
            if (system.hasOrphanedTransactionRecoveryDuration()) {
                properties.put(
                        "CHECK_IMMUNITY_TIME_IN_SECONDS",
                        Long.toString(system.getOrphanedTransactionRecoveryDuration().getSeconds()));
            }
        }
        if (system.hasTraceContext() && !hasControl(system.getTraceContext())) {
            properties.put("TRACE_CONTEXT", system.getTraceContext());
        }
        properties.putAll(message.getUserPropertiesMap());
        return properties;
    }
}
