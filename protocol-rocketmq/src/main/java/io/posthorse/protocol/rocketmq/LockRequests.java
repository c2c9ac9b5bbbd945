package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.platform.QuotaHolder;

/** Locks queues for orderly consumers (41) and unlocks them (42). */
final class LockRequests implements RequestHandler {
    private final QueueLocks locks;
    private final String brokerName;
    private final Broker broker;
    private final RequestBodies bodies;

    LockRequests(Broker broker, QueueLocks locks, String brokerName, RequestBodies bodies) {
        this.broker = broker;
        this.locks = locks;
        this.brokerName = brokerName;
        this.bodies = bodies;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.LOCK_BATCH_MQ || code == RequestCode.UNLOCK_BATCH_MQ;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        JsonValue.Obj body = bodies.of(request);
        String group = body.text("consumerGroup", "");
        String clientId = body.text("clientId", "");
        QuotaHolder holder = ((RemotingSession) peer).holder();
        boolean lock = request.code() == RequestCode.LOCK_BATCH_MQ;
        JsonWriter locked = new JsonWriter().beginObject().name("lockOKMQSet").beginArray();
        for (JsonValue item : body.array("mqSet")) {
            JsonValue.Obj queue = item.asObject();
            QueueLocks.Key key = new QueueLocks.Key(
                    group, queue.text("topic", ""), queue.text("brokerName", brokerName), queue.integer("queueId", 0));
            if (!lock) {
                locks.unlock(key, holder, clientId);
            } else if (exists(key) && locks.lock(key, holder, clientId)) {
                locked.beginObject().name("brokerName").value(key.broker()).name("queueId").value(key.queueId());
                locked.name("topic").value(key.topic()).endObject();
            }
        }
        return lock ? request.ok(locked.endArray().endObject().bytes()) : request.ok(new byte[0]);
    }

    private boolean exists(QueueLocks.Key key) {
        Topic topic = broker.topic(key.topic());
        return topic != null && topic.partition(key.queueId()) != null && key.broker().equals(brokerName);
    }
}
