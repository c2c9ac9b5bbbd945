package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.access.SystemNames;
import io.posthorse.broker.Broker;
import io.posthorse.broker.ColdRead;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.format.rocketmq.FieldNames;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Quota;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Answers pull requests (11, 361): at once where there is an answer, otherwise when messages come or the time is over. */
final class PullRequests {
    private static final byte[] TAG = {'T', 'A', 'G'};
    private static final int COMMIT = 1;
    private static final int SUSPEND = 1 << 1;
    private static final int HAS_SUBSCRIPTION = 1 << 2;
    private static final int BYTES_MAX = 256 << 10;
    private static final int BYTES_LIMIT = 4 << 20;
    private static final long SUSPEND_MS_MAX = 60_000;
    private static final int HEADER_BYTES = 384;
    /** Maximum waiting pulls of one connection; more are answered at once, as if their time were over. */
    private static final int WAITERS_MAX = 10_000;
    /** Bytes of heap that a waiting pull takes, approximately, and the part of the heap that all of them may take. */
    private static final int WAITER_BYTES = 512;
    private static final int WAITERS_HEAP_PART = 16;
    /** Maximum reads from the disk that are running or queued; each holds memory for its answer. */
    private static final int COLD_READS_MAX = 128;

    private final RemotingProtocol protocol;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final ConsumerGroups groups;
    private final OffsetResets<Subscription, Partition> resets;
    private final FetchResult fetch = new FetchResult().waitForRepairs();
    private final Filters filters;
    /** Quota of the waiting pulls of all connections. */
    private final Quota waits;
    private int coldReads;

    PullRequests(
            RemotingProtocol protocol, TopicsAndGroups destinations, ConsumerGroups groups, Filters filters,
            OffsetResets<Subscription, Partition> resets) {
        this.resets = resets;
        this.protocol = protocol;
        this.broker = protocol.broker;
        this.destinations = destinations;
        this.groups = groups;
        this.filters = filters;
        this.waits = new Quota(
                broker.settings().heapBytes() / WAITERS_HEAP_PART / WAITER_BYTES, protocol.settings.shares());
    }

    void handle(RemotingSession session, RequestHeader header) {
        int topicField = header.field(FieldNames.TOPIC);
        String groupName = header.text(FieldNames.CONSUMER_GROUP);
        if (topicField < 0 || groupName == null) {
            session.refuse(header, ResponseCode.INVALID_PARAMETER, "The pull request has no topic or no consumerGroup.");
            return;
        }
        Subscription group = destinations.group(groupName, session.holder());
        if (group == null) {
            session.refuse(header, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "subscription group [" + groupName
                    + "] does not exist and could not be created. Create it with updateSubGroup.");
            return;
        }
        if (!group.settings().admitsOffsets()) {
            session.refuse(header, ResponseCode.NO_PERMISSION, "subscription group no permission, " + groupName
                    + (group.settings().settlesOneByOne() ? ": " + TopicsAndGroups.NOT_FOR_OFFSETS : ""));
            return;
        }
        Topic topic = protocol.topics.find(header.bytes(), header.start(topicField), header.length(topicField));
        if (topic == null) {
            session.refuse(header, ResponseCode.TOPIC_NOT_EXIST, "topic[" + header.text(FieldNames.TOPIC)
                    + "] not exist, apply first please! It is created with its first message or with updateTopic.");
            return;
        }
        if (!protocol.settings.isReadable()) {
            session.refuse(header, ResponseCode.NO_PERMISSION, "the broker[" + protocol.settings.brokerName()
                    + "] pulling message is forbidden: its brokerPermission does not allow reading");
            return;
        }
        if (!topic.settings().isReadable() && !SystemNames.isOwn(topic.name())) {
            session.refuse(header, ResponseCode.NO_PERMISSION,
                    "the topic[" + topic.name() + "] pulling message is forbidden");
            return;
        }
        if (topic.isInternal() && !protocol.rights.mayKnowAll(session.identity)) {
            session.refuse(header, ResponseCode.NO_PERMISSION, "the topic[" + topic.name() + "] pulling message is"
                    + " forbidden: it contains messages of all topics, so only super users may read it");
            return;
        }
        Partition partition = topic.partition((int) header.number(FieldNames.QUEUE_ID, -1));
        if (partition == null) {
            session.refuse(header, ResponseCode.INVALID_PARAMETER, "queueId[" + header.number(FieldNames.QUEUE_ID, -1)
                    + "] is illegal, topic:[" + topic.name() + "] has " + topic.partitions().size() + " queues");
            return;
        }
        pull(session, header, group, partition);
    }

    private void pull(RemotingSession session, RequestHeader header, Subscription group, Partition partition) {
        int flags = (int) header.number(FieldNames.SYSTEM_FLAG, 0);
        TagFilter filter = filter(session, header, flags, group, partition.topic().name());
        if (filter == null) {
            return; // refused
        }
        long commit = (flags & COMMIT) == 0 ? -1 : header.number(FieldNames.COMMIT_OFFSET, -1);
        if (commit >= 0 && !resets.outdates(group, partition, commit)) {
            protocol.shard.turn().commit(group, partition, commit);
        }
        long offset = header.number(FieldNames.QUEUE_OFFSET, 0);
        long moved = resets.redirect(group, partition, offset);
        if (moved >= 0) {
            redirect(session, header, partition, moved);
            return;
        }
        int count = (int) Math.max(1, Math.min(FetchResult.COUNT_MAX, header.number(FieldNames.MAX_MESSAGES, 32)));
        int bytes = (int) Math.max(1, Math.min(BYTES_LIMIT, header.number(FieldNames.MAX_BYTES, BYTES_MAX)));
        broker.fetch(partition, offset, count, bytes, filter, fetch);
        long suspend = (flags & SUSPEND) == 0 ? 0 : Math.min(SUSPEND_MS_MAX, header.number(FieldNames.SUSPEND_MS, 0));
        if (fetch.status() == FetchResult.Status.AT_END && suspend > 0 && session.waiters.size() < WAITERS_MAX
                && waits.take(session.holder())) {
            new PullWaiter(
                            this, session, header.opaque(), header.isBinary(), group, partition, offset, count, bytes,
                            filter)
                    .begin(protocol.timers, suspend, session.holder());
            return;
        }
        protocol.statistics.answered(group, partition.topic(), fetch);
        answer(session, header.opaque(), header.isBinary());
    }

    private void redirect(RemotingSession session, RequestHeader header, Partition partition, long offset) {
        new PullAnswer(offset, broker.begin(partition), broker.end(partition), 0).header(
                protocol.writer, header.opaque(), header.isBinary(), ResponseCode.PULL_OFFSET_MOVED, "OFFSET_RESET");
        ByteBuf out = session.connection().buffer(HEADER_BYTES);
        protocol.writer.end(out, 0);
        session.connection().send(out);
    }

    Quota waits() {
        return waits;
    }

    /** Answers a waiting request that there are no messages, without looking for any. */
    void dismiss(PullWaiter waiter) {
        Partition partition = waiter.partition;
        new PullAnswer(waiter.offset, broker.begin(partition), broker.end(partition), 0).header(
                protocol.writer, waiter.opaque, waiter.binary, ResponseCode.PULL_NOT_FOUND,
                FetchResult.Status.AT_END.name());
        ByteBuf out = waiter.session.connection().buffer(HEADER_BYTES);
        protocol.writer.end(out, 0);
        waiter.session.connection().send(out);
        waiter.session.connection().flush();
    }

    private TagFilter filter(
            RemotingSession session, RequestHeader header, int flags, Subscription group, String topic) {
        if ((flags & HAS_SUBSCRIPTION) == 0) {
            return groups.filter(session, header, group, topic);
        }
        int type = header.field(FieldNames.EXPRESSION_TYPE);
        if (type >= 0 && header.length(type) > 0 && !isTag(header, type)) {
            return ConsumerGroups.filter(session, header, filters.of(
                    header.text(FieldNames.EXPRESSION_TYPE), header.text(FieldNames.SUBSCRIPTION)));
        }
        int field = header.field(FieldNames.SUBSCRIPTION);
        if (field < 0 || header.length(field) == 0
                || (header.length(field) == 1 && header.bytes()[header.start(field)] == '*')) {
            return TagFilter.ALL;
        }
        return filters.tags(header.text(FieldNames.SUBSCRIPTION));
    }

    private static boolean isTag(RequestHeader header, int type) {
        int start = header.start(type);
        return Arrays.equals(header.bytes(), start, start + header.length(type), TAG, 0, TAG.length);
    }

    /** Reads again for a waiting request; returns false where there is still no answer. */
    boolean retry(PullWaiter waiter, boolean last) {
        if (waiter.partition.topic().isDeleted()) {
            refuse(waiter.session, waiter.opaque, waiter.binary, ResponseCode.TOPIC_NOT_EXIST,
                    "topic[" + waiter.partition.topic().name() + "] was deleted");
            return true;
        }
        broker.fetch(waiter.partition, waiter.offset, waiter.count, waiter.bytes, waiter.filter, fetch);
        if (!last && fetch.status() == FetchResult.Status.NO_MATCH && fetch.next() == fetch.end()) {
            waiter.offset = fetch.next(); // nothing here matches the filter; continue to wait behind it
            return false;
        }
        if (!last && fetch.status() == FetchResult.Status.AT_END) {
            return false;
        }
        protocol.statistics.answered(waiter.group, waiter.partition.topic(), fetch);
        answer(waiter.session, waiter.opaque, waiter.binary);
        waiter.session.connection().flush();
        return true;
    }

    void await(PullWaiter waiter) {
        broker.await(waiter.partition, waiter);
    }

    private void refuse(RemotingSession session, int opaque, boolean binary, int code, String remark) {
        protocol.writer.begin(binary, code, opaque, remark);
        ByteBuf out = session.connection().buffer(HEADER_BYTES);
        protocol.writer.end(out, 0);
        session.connection().send(out);
        session.connection().flush();
    }

    private void answer(RemotingSession session, int opaque, boolean binary) {
        if (fetch.status() == FetchResult.Status.FOUND && fetch.isCold()) {
            answerCold(session, opaque, binary);
            return;
        }
        int bytes = fetch.bytes();
        ByteBuf buffer = session.connection().buffer(HEADER_BYTES + bytes);
        header(opaque, binary, fetch).end(buffer, bytes);
        if (bytes > 0) {
            int at = buffer.writerIndex();
            buffer.writerIndex(at + bytes);
            ByteBuffer out = buffer.internalNioBuffer(at, bytes);
            fetch.copy(out, out.position());
        }
        session.connection().send(buffer);
    }

    /** Reads the messages on another thread, so that the owner does not wait for the disk. */
    private void answerCold(RemotingSession session, int opaque, boolean binary) {
        if (coldReads >= COLD_READS_MAX) {
            refuse(session, opaque, binary, ResponseCode.SYSTEM_BUSY,
                    "too many consumers read old messages from the disk; the client will try again");
            return;
        }
        coldReads++;
        int rights = session.rightsChanges;
        ColdRead read = broker.beginRead(fetch);
        PullAnswer answer = PullAnswer.of(fetch, protocol.copies());
        ByteBuf body = session.connection().buffer(read.bytes());
        protocol.reader.run(
                () -> {
                    ByteBuffer out = body.nioBuffer(0, read.bytes());
                    int start = out.position();
                    read.read(out);
                    body.writerIndex(out.position() - start);
                },
                failure -> {
                    read.end();
                    coldReads--;
                    boolean hasChanged = session.rightsChanges != rights;
                    if (failure != null || hasChanged) { // no later offset: the client must read this one again
                        body.release();
                        refuse(session, opaque, binary, ResponseCode.SYSTEM_BUSY, hasChanged
                                ? RemotingSession.RIGHTS_CHANGED
                                : "old messages could not be read now (" + failure.getMessage()
                                        + "); the client will try again");
                        return;
                    }
                    if (read.isHeld() && !body.isReadable()) {
                        body.release();
                        refuse(session, opaque, binary, ResponseCode.SYSTEM_BUSY, "a message is being repaired by what"
                                + " another node has; the client will try again");
                        return;
                    }
                    ByteBuf head = session.connection().buffer(HEADER_BYTES);
                    boolean found = body.isReadable();
                    answer.at(read.next()).header(protocol.writer, opaque, binary,
                            found ? ResponseCode.SUCCESS : ResponseCode.PULL_RETRY_IMMEDIATELY,
                            (found ? FetchResult.Status.FOUND : FetchResult.Status.NO_MATCH).name());
                    protocol.writer.end(head, body.readableBytes());
                    session.connection().send(head);
                    session.connection().send(body);
                    session.connection().flush();
                });
    }

    private ResponseWriter header(int opaque, boolean binary, FetchResult found) {
        int code = switch (found.status()) {
            case FOUND -> ResponseCode.SUCCESS;
            case NO_MATCH -> ResponseCode.PULL_RETRY_IMMEDIATELY;
            case AT_END -> ResponseCode.PULL_NOT_FOUND;
            case ABOVE, BELOW -> ResponseCode.PULL_OFFSET_MOVED;
        };
        ResponseWriter out = protocol.writer;
        PullAnswer.of(found, protocol.copies()).header(out, opaque, binary, code, found.status().name());
        return out;
    }
}
