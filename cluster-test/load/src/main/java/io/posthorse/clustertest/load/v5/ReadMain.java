package io.posthorse.clustertest.load.v5;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.load.Recorder;
import java.nio.file.Path;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.impl.CommunicationMode;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.impl.consumer.PullResultExt;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.header.PullMessageRequestHeader;
import org.apache.rocketmq.remoting.protocol.route.QueueData;

/**
 * Reads all partitions of topics from one node, whether it leads or follows: arguments FILE REPLICA NAMESERVER BROKER
 * TOPIC...; fails
 * where a partition cannot be read whole.
 */
@SuppressWarnings("deprecation")
public final class ReadMain {
    private static final long TIMEOUT_MS = 10_000;
    private static final String GROUP = "lab-reading";

    private final MQClientAPIImpl client;
    private final Recorder recorder;
    private final String replica;
    private final String broker;

    private ReadMain(MQClientAPIImpl client, Recorder recorder, String replica, String broker) {
        this.client = client;
        this.recorder = recorder;
        this.replica = replica;
        this.broker = broker;
    }

    public static void main(String[] args) throws Exception {
        DefaultMQPullConsumer owner = new DefaultMQPullConsumer(GROUP);
        owner.setNamesrvAddr(args[2]);
        owner.start();
        try (Recorder recorder = new Recorder(Path.of(args[0]))) {
            MQClientAPIImpl client =
                    owner.getDefaultMQPullConsumerImpl().getRebalanceImpl().getmQClientFactory().getMQClientAPIImpl();
            ReadMain reading = new ReadMain(client, recorder, args[1], args[3]);
            for (int i = 4; i < args.length; i++) {
                for (QueueData queues : client.getTopicRouteInfoFromNameServer(args[i], TIMEOUT_MS).getQueueDatas()) {
                    for (int queue = 0; queue < queues.getReadQueueNums(); queue++) {
                        reading.read(new MessageQueue(args[i], queues.getBrokerName(), queue));
                    }
                }
            }
        }
        System.out.println("done read");
        Runtime.getRuntime().halt(0);
    }

    private void read(MessageQueue queue) throws Exception {
        Place place = new Place(queue.getTopic(), queue.getQueueId());
        long first = client.getMinOffset(broker, queue, TIMEOUT_MS);
        long end = client.getMaxOffset(broker, queue, TIMEOUT_MS);
        for (long offset = first; offset < end;) {
            PullResult pulled = client.pullMessage(broker, header(queue, offset), TIMEOUT_MS, CommunicationMode.SYNC, null);
            if (pulled.getPullStatus() == PullStatus.FOUND) {
                for (MessageExt message : MessageDecoder.decodesBatch(
                        java.nio.ByteBuffer.wrap(((PullResultExt) pulled).getMessageBinary()), true, true, false)) {
                    recorder.add(new Event.Stored(Recorder.now(), replica, place, message.getQueueOffset(),
                            Body.id(message.getBody()), Body.checksum(message.getBody())));
                }
            }
            if (pulled.getNextBeginOffset() <= offset) {
                throw new IllegalStateException("no progress in " + place + " at " + offset + " of " + end + ": " + pulled);
            }
            offset = pulled.getNextBeginOffset();
        }
        recorder.add(new Event.Read(Recorder.now(), replica, place, first, end));
    }

    private static PullMessageRequestHeader header(MessageQueue queue, long offset) {
        PullMessageRequestHeader header = new PullMessageRequestHeader();
        header.setConsumerGroup(GROUP);
        header.setTopic(queue.getTopic());
        header.setQueueId(queue.getQueueId());
        header.setQueueOffset(offset);
        header.setMaxMsgNums(32);
        header.setSysFlag(4); // the subscription is in the request
        header.setCommitOffset(0L);
        header.setSuspendTimeoutMillis(0L);
        header.setSubscription("*");
        header.setSubVersion(0L);
        header.setExpressionType("TAG");
        return header;
    }
}
