package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TimeSearch;
import io.posthorse.broker.Topic;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.GetOffsetRequest;
import io.posthorse.codec.grpc.GetOffsetResponse;
import io.posthorse.codec.grpc.MessageQueue;
import io.posthorse.codec.grpc.QueryOffsetRequest;
import io.posthorse.codec.grpc.QueryOffsetResponse;
import io.posthorse.codec.grpc.UpdateOffsetRequest;
import io.posthorse.codec.grpc.UpdateOffsetResponse;
import io.posthorse.platform.Background;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.List;
import java.util.function.Consumer;

/** The calls about offsets of queues and groups. */
final class OffsetCalls {
    private static final int SEARCHES_MAX = 64;

    private final Shard shard;
    private final Broker broker;
    private final ReceiveCalls receives;
    private final Background reader;
    private final Quota searches;

    OffsetCalls(Shard shard, ReceiveCalls receives, Background reader, QuotaShares shares) {
        this.shard = shard;
        this.reader = reader;
        this.broker = shard.broker();
        this.receives = receives;
        this.searches = new Quota(SEARCHES_MAX, shares);
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

    UpdateOffsetResponse update(Caller caller, UpdateOffsetRequest request) {
        Partition partition = partition(request.getMessageQueue());
        if (request.getOffset() < 0) {
            throw new Refusal(Code.ILLEGAL_OFFSET, "the offset is negative");
        }
        Subscription group = receives.group(Resources.group(request.getGroup()), caller);
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
            throw new Refusal(Code.OFFSET_NOT_FOUND, "the group has no offset in that queue");
        }
        return GetOffsetResponse.newBuilder().setStatus(Refusal.ok()).setOffset(offset).build();
    }

    /**
     * Answers with the first, the next, or a time's offset of a queue.
     *
     * @param answer gets the answer; later where a search by time must read from the disk
     */
    void query(QuotaHolder holder, QueryOffsetRequest request, Consumer<QueryOffsetResponse> answer) {
        Partition partition = partition(request.getMessageQueue());
        switch (request.getQueryOffsetPolicy()) {
            case BEGINNING -> answer.accept(queried(broker.begin(partition)));
            case END -> answer.accept(queried(broker.end(partition)));
            case TIMESTAMP -> search(holder, partition, Resources.ms(request.getTimestamp()), answer);
            case UNRECOGNIZED -> throw new Refusal(Code.BAD_REQUEST, "the offset policy is unknown");
        }
    }

    private void search(QuotaHolder holder, Partition partition, long timeMs, Consumer<QueryOffsetResponse> answer) {
        if (!searches.take(holder)) {
            throw new Refusal(Code.TOO_MANY_REQUESTS, "too many searches by time are in progress; try again");
        }
        TimeSearch.begin(broker, reader, List.of(partition), timeMs, found -> {
            searches.give(holder);
            answer.accept(queried(found.getFirst().offset()));
        });
    }

    private static QueryOffsetResponse queried(long offset) {
        return QueryOffsetResponse.newBuilder().setStatus(Refusal.ok()).setOffset(offset).build();
    }
}
