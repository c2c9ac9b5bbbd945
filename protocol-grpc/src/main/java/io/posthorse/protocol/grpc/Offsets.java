package io.posthorse.protocol.grpc;

import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.GetOffsetRequest;
import apache.rocketmq.v2.GetOffsetResponse;
import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.QueryOffsetRequest;
import apache.rocketmq.v2.QueryOffsetResponse;
import apache.rocketmq.v2.UpdateOffsetRequest;
import apache.rocketmq.v2.UpdateOffsetResponse;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;

/** Offsets of queues and groups. */
final class Offsets {
    private final Shard shard;
    private final Broker broker;
    private final Receives receives;

    Offsets(Shard shard, Receives receives) {
        this.shard = shard;
        this.broker = shard.broker();
        this.receives = receives;
    }

    Partition partition(MessageQueue queue) {
        String name = Resources.topic(queue.getTopic());
        Topic topic = broker.topic(name);
        if (topic == null) {
            throw new Refusal(Code.TOPIC_NOT_FOUND, "the topic " + name + " does not exist");
        }
        receives.readable(name);
        Partition partition = topic.partition(queue.getId());
        if (partition == null) {
            throw new Refusal(Code.BAD_REQUEST, "the topic " + name + " has no queue " + queue.getId() + ", it has "
                    + topic.partitions().size());
        }
        return partition;
    }

    UpdateOffsetResponse update(UpdateOffsetRequest request) {
        Partition partition = partition(request.getMessageQueue());
        if (request.getOffset() < 0) {
            throw new Refusal(Code.ILLEGAL_OFFSET, "an offset is not negative");
        }
        Subscription group = receives.group(Resources.group(request.getGroup()));
        if (!shard.turn().commit(group, partition, request.getOffset())) {
            throw new Refusal(Code.HA_NOT_AVAILABLE, "the broker's disk is full: the offset was not stored");
        }
        return UpdateOffsetResponse.newBuilder().setStatus(Refusal.ok()).build();
    }

    GetOffsetResponse get(GetOffsetRequest request) {
        Partition partition = partition(request.getMessageQueue());
        Subscription group = broker.subscription(Resources.group(request.getGroup()));
        long offset = group == null ? -1 : group.cursor(partition);
        if (offset < 0) {
            throw new Refusal(Code.OFFSET_NOT_FOUND, "the group has never settled anything in that queue");
        }
        return GetOffsetResponse.newBuilder().setStatus(Refusal.ok()).setOffset(offset).build();
    }

    QueryOffsetResponse query(QueryOffsetRequest request) {
        Partition partition = partition(request.getMessageQueue());
        long offset = switch (request.getQueryOffsetPolicy()) {
            case BEGINNING -> broker.begin(partition);
            case END -> broker.end(partition);
            case TIMESTAMP -> broker.offsetAt(partition, Resources.ms(request.getTimestamp()));
            case UNRECOGNIZED -> throw new Refusal(Code.BAD_REQUEST, "the offset is asked for by no known policy");
        };
        return QueryOffsetResponse.newBuilder().setStatus(Refusal.ok()).setOffset(offset).build();
    }
}
