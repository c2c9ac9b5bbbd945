package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Admission;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.OutgoingMessage;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import java.nio.ByteBuffer;
import java.util.Map;

/** Shows a stored message (33) and sends it back for a retry (36). */
final class MessageRequests implements RequestHandler {
    private static final int FIRST_RETRY_LEVEL = 3;

    private final Shard shard;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final OutgoingMessage message = new OutgoingMessage();

    MessageRequests(Shard shard, TopicsAndGroups destinations) {
        this.shard = shard;
        this.broker = shard.broker();
        this.destinations = destinations;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.VIEW_MESSAGE_BY_ID || code == RequestCode.CONSUMER_SEND_MSG_BACK;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return request.code() == RequestCode.VIEW_MESSAGE_BY_ID ? view(request) : sendBack((RemotingSession) peer, request);
    }

    private Frame view(Frame request) {
        ByteBuffer stored = broker.resident().message(request.number("offset", -1));
        if (stored == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "can not find message by the offset, "
                    + request.field("offset"));
        }
        byte[] bytes = new byte[stored.remaining()];
        stored.get(bytes);
        return request.ok(bytes);
    }

    private Frame sendBack(RemotingSession session, Frame request) {
        shard.turn();
        Subscription group = destinations.group(request.require("group"), session.holder());
        if (group == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "subscription group not exist, "
                    + request.field("group"));
        }
        if (group.settings().retryPartitions() <= 0) {
            return request.ok(Map.of());
        }
        ByteBuffer stored = broker.resident().message(request.number("offset", -1));
        if (stored == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "look message by offset failed, " + request.field("offset"));
        }
        MessageView view = MessageView.of(stored);
        int level = (int) request.number("delayLevel", 0);
        long max = request.number("maxReconsumeTimes", group.settings().retryMax());
        boolean dead = view.reconsumeTimes() >= max || level < 0;
        Topic target = dead ? destinations.deadLetterTopic(group) : destinations.retryTopic(group);
        if (target == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "the retry topic of " + group.name()
                    + " could not be created: the limit topics.max is reached, or the disk is full");
        }
        return store(session, request, view, target.partition(0), dead ? 0 : effective(level, view));
    }

    private static int effective(int level, MessageView view) {
        return level > 0 ? level : FIRST_RETRY_LEVEL + view.reconsumeTimes();
    }

    private Frame store(RemotingSession session, Frame request, MessageView view, Partition target, int level) {
        Map<String, String> properties = view.properties();
        properties.putIfAbsent("RETRY_TOPIC", view.topic());
        properties.putIfAbsent("ORIGIN_MESSAGE_ID", originalId(session, request));
        properties.remove("POP_CK");
        properties.put("WAIT", "false");
        properties.put("DELAY", Integer.toString(level));
        if (level > 0) {
            properties.put("REAL_TOPIC", target.topic().name());
            properties.put("REAL_QID", Integer.toString(target.number()));
        }
        message.copy(view, target, properties, view.reconsumeTimes() + 1, session.storeHost);
        if (message.propertiesLength > StoredMessage.PROPERTIES_MAX) {
            return request.refuse(ResponseCode.MESSAGE_ILLEGAL, "the message was not sent back: its properties, with"
                    + " those of the retry, are longer than 32 KB");
        }
        Admission admission = broker.admit(message.length(), 1);
        if (admission != Admission.ADMITTED) {
            String reason = switch (admission) {
                case ADMITTED -> "";
                case DISK_FULL -> "the broker's disk is full";
                case FOLLOWS -> "this broker is a slave, and its master decides";
                case GROUP_BEHIND -> "the other nodes of the cluster are behind";
                case FAILED -> "the broker's disk is broken";
            };
            return request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE,
                    "the message was not sent back: " + reason + ". The client will try again.");
        }
        if (level > 0) {
            broker.delayed().publishLater(target, message, level - 1);
        } else {
            broker.publish(target, message, false);
        }
        return request.ok(Map.of());
    }

    private static String originalId(RemotingSession session, Frame request) {
        String id = request.field("originMsgId");
        return id != null && !id.isEmpty() ? id : session.storeHost.messageId(request.number("offset", 0));
    }
}
