package io.posthorse.clustertest.load;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Decision;
import io.posthorse.clustertest.history.Place;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.TransactionSendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Transactional sends: a fifth is rolled back, and a seventh is decided only when the broker asks. */
final class Transactions implements AutoCloseable {
    private final Recorder recorder;
    private final Topics topics;
    private final TransactionMQProducer producer;

    Transactions(String nameServer, Topics topics, Recorder recorder) throws Exception {
        this.recorder = recorder;
        this.topics = topics;
        producer = new TransactionMQProducer(topics.name("deciders"));
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName(topics.name("deciders"));
        producer.setRetryTimesWhenSendFailed(0);
        producer.setSendMsgTimeout(3_000);
        producer.setPollNameServerInterval(2_000);
        producer.setHeartbeatBrokerInterval(3_000);
        producer.setTransactionListener(new Decisions());
        producer.start();
        topics.queues(producer, topics.name("decided"));
    }

    Lane lane() {
        return new Lane("transactions", 50, this::send);
    }

    private void send(long number) {
        String id = topics.name("t" + number);
        byte[] body = Body.of(id, 200);
        Place place = Place.somewhereIn(topics.name("decided"));
        recorder.add(new Event.Sent(Recorder.now(), id, place, "", Body.checksum(body), 0, id));
        try {
            TransactionSendResult result =
                    producer.sendMessageInTransaction(new Message(place.topic(), "tag", id, body), id);
            if (result.getSendStatus() != SendStatus.SEND_OK) {
                recorder.add(new Event.Doubtful(Recorder.now(), id, result.getSendStatus().toString()));
                return;
            }
            recorder.add(new Event.Acknowledged(Recorder.now(), id, place, Event.NO_OFFSET));
            if (commits(id)) {
                // whatever becomes of the decision on its way, the broker asks until it knows it
                recorder.add(new Event.Decided(Recorder.now(), id, Decision.COMMITTED));
                recorder.owe(id);
            }
        } catch (MQClientException e) {
            recorder.add(Sends.refusal(e) != null ? new Event.Refused(Recorder.now(), id, e.toString())
                    : new Event.Doubtful(Recorder.now(), id, e.toString()));
        }
    }

    private static boolean commits(String id) {
        return Math.floorMod(id.hashCode(), 5) != 0;
    }

    private final class Decisions implements TransactionListener {
        @Override
        public LocalTransactionState executeLocalTransaction(Message message, Object id) {
            String text = (String) id;
            if (Math.floorMod(text.hashCode(), 7) == 0) {
                recorder.add(new Event.Decided(Recorder.now(), text,
                        commits(text) ? Decision.COMMIT_ASKED : Decision.ROLLBACK_ASKED));
                return LocalTransactionState.UNKNOW;
            }
            return decide(text);
        }

        @Override
        public LocalTransactionState checkLocalTransaction(MessageExt message) {
            return decide(Body.id(message.getBody()));
        }

        private LocalTransactionState decide(String id) {
            recorder.add(new Event.Decided(Recorder.now(), id,
                    commits(id) ? Decision.COMMIT_ASKED : Decision.ROLLBACK_ASKED));
            return commits(id) ? LocalTransactionState.COMMIT_MESSAGE : LocalTransactionState.ROLLBACK_MESSAGE;
        }
    }

    @Override
    public void close() {
        producer.shutdown();
    }
}
