package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** Shows messages that a group has not been lent yet, without lending them (200052). */
final class PeekRequests implements RequestHandler {
    private static final int COUNT_MAX = 32;
    private static final int BYTES_MAX = 1 << 20;

    private final RemotingProtocol protocol;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final FetchResult fetch = new FetchResult();

    PeekRequests(RemotingProtocol protocol, TopicsAndGroups destinations) {
        this.protocol = protocol;
        this.broker = protocol.broker;
        this.destinations = destinations;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.PEEK_MESSAGE;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        String name = request.require("consumerGroup");
        Topic topic = broker.topic(request.require("topic"));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.field("topic")
                    + "] not exist, apply first please! It is created with its first message or with updateTopic.");
        }
        Subscription group = destinations.group(name, ((RemotingSession) peer).holder());
        if (group == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "subscription group [" + name
                    + "] does not exist and could not be created. Create it with updateSubGroup.");
        }
        if (!group.settings().admitsOffsets() || !topic.settings().isReadable() || topic.isInternal()
                || !protocol.settings.isReadable()) {
            return request.refuse(ResponseCode.NO_PERMISSION, "the group " + name + " is not allowed to consume, or the"
                    + " topic " + topic.name() + " or the broker is not readable");
        }
        int queue = (int) request.number("queueId", -1);
        if (queue >= topic.partitions().size() || topic.partitions().isEmpty()) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "queueId[" + queue + "] is illegal, topic:["
                    + topic.name() + "] has " + topic.partitions().size() + " queues");
        }
        int most = (int) Math.max(1, Math.min(COUNT_MAX, request.number("maxMsgNums", COUNT_MAX)));
        List<Partition> partitions = queue < 0 ? topic.partitions() : List.of(topic.partition(queue));
        RetriedRequest retry = new RetriedRequest();
        RemotingSession session = (RemotingSession) peer;
        int rights = session.rightsChanges;
        retry.onRead(() -> session.whenWritable(() -> {
            Frame answer = session.rightsChanges == rights
                    ? show(request, group, partitions, most, retry)
                    : request.refuse(ResponseCode.SYSTEM_BUSY, RemotingSession.RIGHTS_CHANGED);
            if (answer != null) {
                peer.answer(request, answer);
            }
        }));
        return show(request, group, partitions, most, retry);
    }

    /** Returns the answer, or null where messages have to come from the disk first. */
    private Frame show(Frame request, Subscription group, List<Partition> partitions, int most, RetriedRequest retry) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int left = most;
        long rest = 0;
        for (Partition partition : partitions) {
            rest += broker.leases().waiting(group, partition);
            if (left > 0 && body.size() < BYTES_MAX) {
                broker.leases().peek(group, partition, left, BYTES_MAX - body.size(), fetch);
                if (!protocol.old.areResident(fetch)) {
                    return protocol.old.read(fetch, retry)
                            ? null
                            : request.refuse(ResponseCode.SYSTEM_BUSY, "too many requests wait for old messages; try again");
                }
                ByteBuffer bytes = ByteBuffer.allocate(fetch.bytes());
                fetch.copy(bytes, 0);
                body.writeBytes(bytes.array());
                left -= fetch.count();
                rest -= fetch.count();
            }
        }
        boolean found = left < most;
        Map<String, String> fields = Map.of(
                "popTime", Long.toString(protocol.shard.turn().now()), "invisibleTime", "0", "reviveQid", "0",
                "restNum", Long.toString(Math.max(0, rest)));
        return found
                ? request.answer(ResponseCode.SUCCESS, "FOUND", fields, body.toByteArray())
                : request.answer(ResponseCode.PULL_NOT_FOUND, "NO_MESSAGE_IN_QUEUE", fields, new byte[0]);
    }
}
