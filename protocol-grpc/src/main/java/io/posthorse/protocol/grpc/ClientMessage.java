package io.posthorse.protocol.grpc;

import com.google.protobuf.UnsafeByteOperations;
import io.posthorse.codec.grpc.DeadLetterQueue;
import io.posthorse.codec.grpc.Digest;
import io.posthorse.codec.grpc.DigestType;
import io.posthorse.codec.grpc.Encoding;
import io.posthorse.codec.grpc.Message;
import io.posthorse.codec.grpc.MessageType;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.codec.grpc.SystemProperties;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.Compression;
import io.posthorse.format.rocketmq.Host;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/** The conversion of stored messages of any sender to this protocol's messages. */
final class ClientMessage {
    private ClientMessage() {}

    /**
     * @param topic topic as the client names it
     * @param lent receipt handle of the lease, null where the message was read without a lease
     * @param invisibleMs duration of the lease, in ms
     */
    static Message of(MessageView view, Resource topic, ReceiptHandle lent, int deliveries, long invisibleMs) {
        Map<String, String> properties = view.properties();
        ByteBuffer bytes = view.bytes();
        int flag = view.systemFlag();
        byte[] stored = new byte[view.bodyLength()];
        bytes.get(view.bodyAt(), stored);
        byte[] plain = Compression.isKnownToAll(flag) ? stored : Compression.plain(stored, flag);
        byte[] body = plain == null ? stored : plain;
        SystemProperties.Builder system = SystemProperties.newBuilder()
                .setMessageId(id(view))
                .setBodyDigest(digest(body))
                .setBodyEncoding(
                        (flag & StoredMessage.FLAG_COMPRESSED) != 0 && body == stored ? Encoding.GZIP : Encoding.IDENTITY)
                .setMessageType(type(properties))
                .setBornTimestamp(Resources.time(view.bornTimestamp()))
                .setBornHost(host(view.bornAddress(), view.bornPort()))
                .setStoreTimestamp(Resources.time(bytes.getLong(StoredMessage.storeTimestamp(flag))))
                .setStoreHost(host(view.storeAddress(), view.storePort()))
                .setQueueId(view.queueId())
                .setQueueOffset(bytes.getLong(StoredMessage.QUEUE_OFFSET));
        if (lent != null) {
            system.setReceiptHandle(lent.text())
                    .setInvisibleDuration(Resources.duration(invisibleMs))
                    .setDeliveryAttempt(view.reconsumeTimes() + deliveries);
        }
        describe(system, properties);
        Message.Builder message = Message.newBuilder().setTopic(topic).setBody(UnsafeByteOperations.unsafeWrap(body));
        properties.forEach((name, value) -> {
            if (!IncomingMessage.RESERVED.contains(name)) {
                message.putUserProperties(name, value);
            }
        });
        return message.setSystemProperties(system).build();
    }

    private static void describe(SystemProperties.Builder system, Map<String, String> properties) {
        String tag = properties.get("TAGS");
        if (tag != null) {
            system.setTag(tag);
        }
        String keys = properties.get("KEYS");
        if (keys != null && !keys.isBlank()) {
            system.addAllKeys(Arrays.asList(keys.trim().split(" +")));
        }
        String group = properties.get("__SHARDINGKEY");
        if (group != null) {
            system.setMessageGroup(group);
        }
        String due = properties.getOrDefault("TIMER_OUT_MS", "");
        if (due.matches("[0-9]{1,18}")) {
            system.setDeliveryTimestamp(Resources.time(Long.parseLong(due)));
        }
        String trace = properties.get("TRACE_CONTEXT");
        if (trace != null) {
            system.setTraceContext(trace);
        }
        String dead = properties.get("DLQ_ORIGIN_TOPIC");
        if (dead != null) {
            system.setDeadLetterQueue(DeadLetterQueue.newBuilder()
                    .setTopic(dead)
                    .setMessageId(properties.getOrDefault("DLQ_ORIGIN_MESSAGE_ID", "")));
        }
    }

    /** Returns the id that the producer assigned, otherwise the id of its position. */
    static String id(MessageView view) {
        String key = view.properties().get("UNIQ_KEY");
        return key == null
                ? new Host(view.storeAddress(), view.storePort())
                        .messageId(view.bytes().getLong(StoredMessage.PHYSICAL_OFFSET))
                : key;
    }

    private static MessageType type(Map<String, String> properties) {
        if ("true".equals(properties.get("TRAN_MSG"))) {
            return MessageType.TRANSACTION;
        }
        if (properties.containsKey("TIMER_OUT_MS") || properties.containsKey("DELAY")) {
            return MessageType.DELAY;
        }
        return properties.containsKey("__SHARDINGKEY") ? MessageType.FIFO : MessageType.NORMAL;
    }

    /** Returns an MD5 digest, as RocketMQ's proxy does: not all clients support other types. */
    private static Digest digest(byte[] body) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(body);
            return Digest.newBuilder()
                    .setType(DigestType.MD5)
                    .setChecksum(HexFormat.of().withUpperCase().formatHex(digest))
                    .build();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        }
    }

    private static String host(byte[] address, int port) {
        StringBuilder text = new StringBuilder();
        if (address.length == 4) {
            for (int i = 0; i < 4; i++) {
                text.append(i == 0 ? "" : ".").append(address[i] & 0xFF);
            }
        } else {
            text.append('[');
            for (int i = 0; i < address.length; i += 2) {
                text.append(i == 0 ? "" : ":").append(Integer.toHexString((address[i] & 0xFF) << 8 | address[i + 1] & 0xFF));
            }
            text.append(']');
        }
        return text.append(':').append(port).toString();
    }
}
