package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.codec.grpc.AckMessageEntry;
import io.posthorse.codec.grpc.AckMessageRequest;
import io.posthorse.codec.grpc.AckMessageResponse;
import io.posthorse.codec.grpc.AckMessageResultEntry;
import io.posthorse.codec.grpc.ChangeInvisibleDurationRequest;
import io.posthorse.codec.grpc.ChangeInvisibleDurationResponse;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.ForwardMessageToDeadLetterQueueRequest;
import io.posthorse.codec.grpc.ForwardMessageToDeadLetterQueueResponse;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.codec.grpc.Status;
import java.util.LinkedHashSet;
import java.util.Set;

/** The calls that end leases: messages are acknowledged, given back for later, or become dead letters. */
final class AckCalls {
    private static final int ENTRIES_MAX = 1_024;
    private static final int LEVEL_MAX = 17;

    private final Shard shard;
    private final Broker broker;
    private final ReceiveCalls receiveCalls;
    private final LeaseRenewals renewals;

    /** A lent message, as a client names it. */
    private record LentMessage(Subscription group, Partition partition, ReceiptHandle receipt) {}

    AckCalls(Shard shard, ReceiveCalls receiveCalls, LeaseRenewals renewals) {
        this.shard = shard;
        this.broker = shard.broker();
        this.receiveCalls = receiveCalls;
        this.renewals = renewals;
    }

    AckMessageResponse acknowledge(AckMessageRequest request) {
        if (request.getEntriesCount() == 0 || request.getEntriesCount() > ENTRIES_MAX) {
            throw new Refusal(Code.BAD_REQUEST, "a request must have 1 to " + ENTRIES_MAX + " entries");
        }
        AckMessageResponse.Builder answer = AckMessageResponse.newBuilder();
        Set<Status> statuses = new LinkedHashSet<>();
        for (AckMessageEntry entry : request.getEntriesList()) {
            Status status = acknowledge(request.getGroup(), request.getTopic(), entry.getReceiptHandle());
            statuses.add(status);
            answer.addEntries(AckMessageResultEntry.newBuilder()
                    .setMessageId(entry.getMessageId())
                    .setReceiptHandle(entry.getReceiptHandle())
                    .setStatus(status));
        }
        return answer.setStatus(statuses.size() == 1
                        ? statuses.iterator().next()
                        : Refusal.status(Code.MULTIPLE_RESULTS, "the entries differ; see each"))
                .build();
    }

    private Status acknowledge(Resource group, Resource topic, String handle) {
        try {
            LentMessage named = named(group, topic, handle);
            CommandOutcome outcome = shard.turn().leases().settle(
                    named.group, named.partition, named.receipt.offset(), named.receipt.number());
            check(outcome);
            renewals.remove(named.group, named.partition, named.receipt.offset());
            return Refusal.ok();
        } catch (Refusal refusal) {
            return refusal.status();
        }
    }

    private static void check(CommandOutcome outcome) {
        switch (outcome) {
            case DONE -> { }
            case UNKNOWN -> throw new Refusal(Code.INVALID_RECEIPT_HANDLE, "no message is lent by that receipt handle: the"
                    + " lease has expired and the message was lent again, or it was settled before");
            case REFUSED -> throw new Refusal(Code.HA_NOT_AVAILABLE, "the broker's disk is full: nothing was stored; try"
                    + " again");
        }
    }

    private LentMessage named(Resource groupName, Resource topicName, String handle) {
        Topic topic = broker.topic(Resources.topic(topicName));
        Subscription group = broker.subscription(Resources.group(groupName));
        ReceiptHandle receipt = ReceiptHandle.of(handle);
        if (topic == null) {
            throw new Refusal(Code.TOPIC_NOT_FOUND, "the topic " + topicName.getName() + " does not exist");
        }
        if (group == null) {
            throw new Refusal(Code.CONSUMER_GROUP_NOT_FOUND, "the group " + groupName.getName() + " does not exist");
        }
        Partition partition = topic.partition(receipt.queue());
        if (partition == null) {
            throw new Refusal(Code.INVALID_RECEIPT_HANDLE, "the topic " + topicName.getName() + " has no queue "
                    + receipt.queue());
        }
        return new LentMessage(group, partition, receipt);
    }

    /** Extends or shortens a lease; 0 stands for the retry delay after the number of deliveries so far. */
    ChangeInvisibleDurationResponse change(ChangeInvisibleDurationRequest request) {
        LentMessage named = named(request.getGroup(), request.getTopic(), request.getReceiptHandle());
        long leaseMs = Resources.ms(request.getInvisibleDuration());
        if (leaseMs < 0 || leaseMs > ReceiveCalls.LEASE_MS_MAX) {
            throw new Refusal(Code.ILLEGAL_INVISIBLE_TIME, "the invisible duration must be 0 to 12 h");
        }
        Broker turn = shard.turn();
        ReceiptHandle receipt = named.receipt;
        if (leaseMs == 0) {
            int deliveries = turn.leases().deliveries(named.group, named.partition, receipt.offset(), receipt.number());
            leaseMs = turn.delayed().delayMs(Math.max(0, Math.min(LEVEL_MAX, deliveries - 1)));
        }
        ReceiptHandle next =
                new ReceiptHandle(receipt.queue(), receipt.offset(), Math.max(turn.now(), receipt.number() + 1));
        check(turn.leases().change(
                named.group, named.partition, receipt.offset(), receipt.number(), leaseMs, next.number()));
        renewals.remove(named.group, named.partition, receipt.offset());
        return ChangeInvisibleDurationResponse.newBuilder()
                .setStatus(Refusal.ok())
                .setReceiptHandle(next.text())
                .build();
    }

    ForwardMessageToDeadLetterQueueResponse bury(Caller caller, ForwardMessageToDeadLetterQueueRequest request) {
        LentMessage named = named(request.getGroup(), request.getTopic(), request.getReceiptHandle());
        long offset = named.receipt.offset();
        Broker turn = shard.turn();
        int deliveries = turn.leases().deliveries(named.group, named.partition, offset, named.receipt.number());
        check(deliveries == 0 ? CommandOutcome.UNKNOWN : CommandOutcome.DONE);
        check(receiveCalls.bury(caller, named.group, named.partition, offset, deliveries) ? CommandOutcome.DONE
                : CommandOutcome.REFUSED);
        renewals.remove(named.group, named.partition, offset);
        return ForwardMessageToDeadLetterQueueResponse.newBuilder().setStatus(Refusal.ok()).build();
    }
}
