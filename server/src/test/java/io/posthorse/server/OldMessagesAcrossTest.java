package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.MessagingServiceGrpc.MessagingServiceBlockingStub;
import apache.rocketmq.v2.PullMessageRequest;
import apache.rocketmq.v2.PullMessageResponse;
import apache.rocketmq.v2.ReceiveMessageRequest;
import apache.rocketmq.v2.ReceiveMessageResponse;
import apache.rocketmq.v2.Resource;
import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.posthorse.codec.rocketmq.Frame;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Old messages of JMS clients, read from the disk for clients of the other protocols. */
@Timeout(60)
class OldMessagesAcrossTest {
    private static final List<String> TEXTS = List.of("one", "two", "three");
    private static final int POP = 200_050;
    private static final int PEEK = 200_052;

    @TempDir
    Path directory;

    private JmsHost host;
    private ManagedChannel channel;
    private MessagingServiceBlockingStub stub;

    @BeforeEach
    void sendThemAndMuchMore() throws Exception {
        host = JmsHost.start(directory, "read.hot.bytes=1048576");
        Session session = host.session();
        Queue queue = session.createQueue("old");
        for (String text : TEXTS) {
            JmsHost.send(session, queue, text);
        }
        host.broker().topic("filler", 1);
        String megabyte = "x".repeat(1 << 20);
        host.broker().sent("filler", 0, "", megabyte);
        host.broker().sent("filler", 0, "", megabyte);
        channel = NettyChannelBuilder.forAddress("localhost", host.broker().server().grpcPort()).usePlaintext().build();
        stub = MessagingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        host.close();
    }

    private static Map<String, String> request(String group) {
        return new HashMap<>(Map.of(
                "consumerGroup", group, "topic", "old", "queueId", "-1", "maxMsgNums", "32", "invisibleTime", "60000",
                "pollTime", "0", "bornTime", "" + System.currentTimeMillis(), "initMode", "0", "expType", "TAG",
                "exp", "*"));
    }

    private List<String> asked(int code, String group) {
        Frame answer = host.broker().client().ask(code, request(group));
        assertEquals(0, answer.code(), answer.remark());
        return Stored.all(answer.body()).stream().map(Stored::text).toList();
    }

    @Test
    void popAndPeekConvertOldMessages() {
        assertEquals(TEXTS, asked(PEEK, "poppers"));
        assertEquals(TEXTS, asked(POP, "poppers"));
        assertEquals(210, host.broker().client().ask(POP, request("poppers")).code(), "all messages are lent");
    }

    @Test
    void grpcReceivesOldMessages() {
        List<String> bodies = new ArrayList<>();
        stub.receiveMessage(ReceiveMessageRequest.newBuilder()
                .setGroup(Resource.newBuilder().setName("receivers"))
                .setMessageQueue(MessageQueue.newBuilder().setTopic(Resource.newBuilder().setName("old")).setId(-1))
                .setBatchSize(16)
                .setInvisibleDuration(Duration.newBuilder().setSeconds(60))
                .build()).forEachRemaining(part -> add(bodies, part));
        assertEquals(TEXTS, bodies);
    }

    private static void add(List<String> bodies, ReceiveMessageResponse part) {
        if (part.hasMessage()) {
            bodies.add(text(part.getMessage()));
        }
    }

    @Test
    void grpcPullsOldMessages() {
        MessageQueue queue = MessageQueue.newBuilder().setTopic(Resource.newBuilder().setName("old")).setId(0).build();
        List<String> bodies = new ArrayList<>();
        long[] next = new long[1];
        stub.pullMessage(PullMessageRequest.newBuilder()
                .setGroup(Resource.newBuilder().setName("pullers")).setMessageQueue(queue).setOffset(1).setBatchSize(16)
                .build()).forEachRemaining(part -> {
                    if (part.hasMessage()) {
                        bodies.add(text(part.getMessage()));
                    }
                    next[0] = part.getContentCase() == PullMessageResponse.ContentCase.NEXT_OFFSET
                            ? part.getNextOffset()
                            : next[0];
                });
        assertEquals(TEXTS.subList(1, 3), bodies);
        assertTrue(next[0] == 3, "next " + next[0]);
    }

    private static String text(Message message) {
        return message.getBody().toStringUtf8();
    }
}
