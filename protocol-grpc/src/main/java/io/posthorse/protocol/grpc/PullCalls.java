package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.OldMessages;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.broker.TagFilter;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.MessageQueue;
import io.posthorse.codec.grpc.PullMessageRequest;
import io.posthorse.codec.grpc.PullMessageResponse;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.codec.grpc.Status;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The calls that read a queue from an offset: nothing is lent, and the client stores its own position. */
final class PullCalls {
    private static final int BYTES_MAX = 2 << 20;

    private final Broker broker;
    private final ReceiveCalls receives;
    private final OffsetCalls offsets;
    private final OldMessages old;
    private final FetchResult fetch = new FetchResult();

    /** The request of a client; its offset advances past messages that the filter excludes. */
    static final class Wanted {
        private final Partition partition;
        private final Resource topic;
        private final TagFilter filter;
        private final int countMax;
        private final RetriedRequest retry = new RetriedRequest();
        private final AnswerBytes.Charge charge;
        private boolean lacksRoom;
        private long offset;

        Wanted(
                Partition partition, Resource topic, TagFilter filter, int countMax, long offset,
                AnswerBytes.Charge charge) {
            this.charge = charge;
            this.partition = partition;
            this.topic = topic;
            this.filter = filter;
            this.countMax = countMax;
            this.offset = offset;
        }

        Partition partition() {
            return partition;
        }

        RetriedRequest retry() {
            return retry;
        }
    }

    PullCalls(Broker broker, ReceiveCalls receives, OffsetCalls offsets, OldMessages old) {
        this.broker = broker;
        this.receives = receives;
        this.offsets = offsets;
        this.old = old;
    }

    /** Returns the part of the request for which permission is checked while the call waits. */
    static PullMessageRequest names(PullMessageRequest request) {
        Resource topic = Resources.plain(request.getMessageQueue().getTopic());
        return PullMessageRequest.newBuilder()
                .setGroup(Resources.plain(request.getGroup()))
                .setMessageQueue(MessageQueue.newBuilder().setTopic(topic))
                .build();
    }

    Wanted wanted(Caller caller, PullMessageRequest request, AnswerBytes.Charge charge) {
        Partition partition = offsets.partition(request.getMessageQueue());
        receives.group(Resources.group(request.getGroup()), caller);
        if (request.getOffset() < 0) {
            throw new Refusal(Code.ILLEGAL_OFFSET, "the offset is negative");
        }
        return new Wanted(
                partition, Resources.plain(request.getMessageQueue().getTopic()),
                receives.filter(request.getFilterExpression()),
                Math.max(1, Math.min(ReceiveCalls.COUNT_MAX, request.getBatchSize())), request.getOffset(),
                charge);
    }

    /** Returns the parts of the answer, to be converted on the thread that sends them; null where there is no answer yet. */
    Parts read(Wanted wanted, boolean last) {
        if (wanted.partition.topic().isDeleted()) {
            throw new Refusal(Code.TOPIC_NOT_FOUND, "the topic was deleted");
        }
        broker.fetch(wanted.partition, wanted.offset, wanted.countMax, BYTES_MAX, wanted.filter, fetch);
        if (!old.areResident(fetch)) {
            boolean isPending = wanted.retry.isReading() || old.read(fetch, wanted.retry);
            return isPending || !last ? null : new Parts(wanted.topic, null, wanted.offset);
        }
        switch (fetch.status()) {
            case ABOVE, BELOW -> throw new Refusal(Code.ILLEGAL_OFFSET, "the offsets of the queue are from " + fetch.begin()
                    + " to before " + fetch.end());
            case FOUND -> {
                wanted.lacksRoom = !wanted.charge.hasRoom(fetch.bytes());
                if (wanted.lacksRoom) {
                    return last ? new Parts(wanted.topic, null, wanted.offset) : null;
                }
                wanted.charge.add(fetch.bytes());
                byte[] copy = new byte[fetch.bytes()];
                fetch.copy(ByteBuffer.wrap(copy), 0);
                return new Parts(wanted.topic, ByteBuffer.wrap(copy), fetch.next());
            }
            default -> {
                wanted.retry.soon(fetch.next() > wanted.offset && fetch.next() < fetch.end());
                wanted.offset = fetch.next();
                return last ? new Parts(wanted.topic, null, wanted.offset) : null;
            }
        }
    }

    /** Returns whether the client had read its earlier answers at the last attempt. */
    boolean hasRoom(Wanted wanted) {
        return !wanted.lacksRoom;
    }

    /** The stored messages of an answer, one after the other; null for none. */
    record Parts(Resource topic, ByteBuffer stored, long next) {
        List<PullMessageResponse> answer() {
            List<PullMessageResponse> parts = new ArrayList<>();
            parts.add(status(stored == null
                    ? Refusal.status(Code.MESSAGE_NOT_FOUND, "there is no message")
                    : Refusal.ok()));
            while (stored != null && stored.hasRemaining()) {
                int size = stored.getInt(stored.position());
                MessageView view = MessageView.of(stored.slice(stored.position(), size));
                stored.position(stored.position() + size);
                parts.add(PullMessageResponse.newBuilder().setMessage(ClientMessage.of(view, topic, null, 0, 0)).build());
            }
            parts.add(PullMessageResponse.newBuilder().setNextOffset(next).build());
            return parts;
        }
    }

    static PullMessageResponse status(Status status) {
        return PullMessageResponse.newBuilder().setStatus(status).build();
    }
}
