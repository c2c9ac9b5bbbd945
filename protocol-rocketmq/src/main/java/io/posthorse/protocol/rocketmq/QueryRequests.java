package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.KeyHash;
import io.posthorse.broker.KeySearch;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.MessageKeys;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Finds messages by key (12), on the reader's thread, so that the owner does not wait for the disk. */
final class QueryRequests implements RequestHandler {
    /** Maximum messages in RocketMQ's answer to a query by unique key. */
    private static final int UNIQUE_COUNT_MAX = 32;

    private static final int COUNT_MAX = 1_024;
    private static final int BYTES_MAX = 4 << 20;
    /** Maximum searches that are running or queued. */
    private static final int SEARCHES_MAX = 64;
    /** Name of the field that marks a query by unique key. */
    private static final String UNIQUE = "_UNIQUE_KEY_QUERY";

    private final Broker broker;
    private final Background reader;
    private final Clock clock;
    private final Quota searches;

    QueryRequests(Broker broker, Background reader, Clock clock, QuotaShares shares) {
        this.broker = broker;
        this.reader = reader;
        this.clock = clock;
        this.searches = new Quota(SEARCHES_MAX, shares);
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.QUERY_MESSAGE;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        String key = request.require("key");
        if (topic == null) {
            return notFound(request);
        }
        RemotingSession session = (RemotingSession) peer;
        QuotaHolder holder = session.holder();
        if (!searches.take(holder)) {
            return request.refuse(ResponseCode.SYSTEM_BUSY, "too many queries by key are running; try again");
        }
        KeySearch search = broker.search(topic);
        List<ByteBuffer> found = new ArrayList<>();
        long end = broker.tail();
        int rights = session.rightsChanges;
        reader.run(() -> found.addAll(find(search, request, key)), failure -> {
            searches.give(holder);
            search.end();
            session.whenWritable(() -> peer.answer(request, session.rightsChanges != rights
                    ? request.refuse(ResponseCode.SYSTEM_BUSY, RemotingSession.RIGHTS_CHANGED)
                    : failure != null || found.isEmpty()
                            ? notFound(request)
                            : answer(request, found, end, clock.wallMs())));
        });
        return null;
    }

    private static List<ByteBuffer> find(KeySearch search, Frame request, String key) {
        String topic = request.field("topic");
        boolean unique = "true".equals(request.field(UNIQUE));
        int most = unique
                ? UNIQUE_COUNT_MAX
                : (int) Math.max(1, Math.min(COUNT_MAX, request.number("maxNum", UNIQUE_COUNT_MAX)));
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        byte[] word = key.getBytes(StandardCharsets.UTF_8);
        int hash = KeyHash.of(KeyHash.text(name, 0, name.length), KeyHash.text(word, 0, word.length));
        Predicate<ByteBuffer> hasKey = bytes -> {
            Map<String, String> properties = MessageView.of(bytes).properties();
            return key.equals(properties.get("UNIQ_KEY"))
                    || !unique && MessageKeys.contains(properties.get("KEYS"), key);
        };
        return search.find(
                hash, request.number("beginTimestamp", 0), request.number("endTimestamp", Long.MAX_VALUE), hasKey, most,
                BYTES_MAX);
    }

    private static Frame answer(Frame request, List<ByteBuffer> found, long end, long nowMs) {
        byte[] body = new byte[found.stream().mapToInt(ByteBuffer::remaining).sum()];
        int at = 0;
        for (ByteBuffer message : found) {
            int length = message.remaining();
            message.get(message.position(), body, at, length);
            at += length;
        }
        Map<String, String> fields = Map.of(
                "indexLastUpdateTimestamp", Long.toString(nowMs),
                "indexLastUpdatePhyoffset", Long.toString(end));
        return request.answer(ResponseCode.SUCCESS, null, fields, body);
    }

    private static Frame notFound(Frame request) {
        return request.refuse(ResponseCode.QUERY_NOT_FOUND, "can not find message, maybe time range not correct");
    }
}
