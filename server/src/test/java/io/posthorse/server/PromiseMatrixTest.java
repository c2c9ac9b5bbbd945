package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.MessageType;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.MessagingServiceGrpc.MessagingServiceBlockingStub;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.SystemProperties;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.ActiveMQConnection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Messages of a queue or a durable subscriber survive retention, whatever created the topic and however it was changed
 * since; messages for consumers with offsets do not.
 */
@Timeout(90)
class PromiseMatrixTest {
    private static final int MIN_OFFSET = 31;
    private static final long WAIT_MS = 10_000;

    @TempDir
    Path directory;

    private JmsHost host;
    private ManagedChannel channel;

    /** A way to create a topic. */
    private interface Maker {
        void make(String topic) throws JMSException;
    }

    @BeforeEach
    void start() throws IOException {
        host = JmsHost.start(directory, "retention.bytes=16777216");
        channel = NettyChannelBuilder.forAddress("localhost", host.broker().server().grpcPort()).usePlaintext().build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        host.close();
    }

    private Map<String, Maker> makers() {
        return Map.of(
                "updated", topic -> host.broker().topic(topic, 1),
                "sent", topic -> host.broker().sent(topic, 0, "", "first"),
                "grpc", this::sendByGrpc,
                "jms", topic -> { }); // its consumers and producers create it
    }

    private void sendByGrpc(String topic) {
        MessagingServiceBlockingStub stub = MessagingServiceGrpc.newBlockingStub(channel);
        stub.sendMessage(SendMessageRequest.newBuilder().addMessages(Message.newBuilder()
                .setTopic(Resource.newBuilder().setName(topic)).setBody(ByteString.copyFromUtf8("first"))
                .setSystemProperties(SystemProperties.newBuilder().setMessageId("0A").setMessageType(MessageType.NORMAL)))
                .build());
    }

    @Test
    void promisedMessagesSurviveRetentionInTopicsOfAnyOrigin() throws Exception {
        Session session = host.session();
        for (Map.Entry<String, Maker> maker : makers().entrySet()) {
            String name = maker.getKey();
            maker.getValue().make(name + "-queue");
            maker.getValue().make(name + "-news");
            session.createConsumer(session.createQueue(name + "-queue")).close();
            subscribe(name).close();
            JmsHost.send(session, session.createQueue(name + "-queue"), "letter");
            JmsHost.send(session, session.createTopic(name + "-news"), "news");
            host.broker().topic(name + "-queue", 1); // an operator's change takes nothing away
            host.broker().topic(name + "-news", 1);
        }
        host.broker().sent("offsets", 0, "", "read by offset only");
        fill();

        for (String name : makers().keySet()) {
            MessageConsumer queue = session.createConsumer(session.createQueue(name + "-queue"));
            assertEquals("letter", last(queue), name);
            queue.close();
            ActiveMQConnection subscriber = subscribe(name);
            MessageConsumer news = durable(subscriber, name);
            assertEquals("news", JmsHost.text(news.receive(WAIT_MS)), name);
        }
    }

    /** Returns the last message: one sent by the creator of the topic, before the queue was known, may come first. */
    private static String last(MessageConsumer consumer) throws JMSException {
        jakarta.jms.Message message = consumer.receive(WAIT_MS);
        while (message != null && !(message instanceof TextMessage text && text.getText().equals("letter"))) {
            message = consumer.receive(WAIT_MS);
        }
        return JmsHost.text(message);
    }

    private ActiveMQConnection subscribe(String name) throws JMSException {
        ActiveMQConnection connection = host.connectAs(name);
        durable(connection, name).close();
        return connection;
    }

    private static MessageConsumer durable(ActiveMQConnection connection, String name) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        return session.createDurableSubscriber(session.createTopic(name + "-news"), "desk");
    }

    /** Fills the log until retention has dropped messages that no consumer waits for. */
    private void fill() {
        String megabyte = "x".repeat(1 << 20);
        for (int i = 0; i < 64; i++) {
            host.broker().sent("filler", 0, "", megabyte);
        }
        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> {
            host.broker().sent("filler", 0, "", "x");
            return oldest("offsets") > 0;
        });
        assertTrue(oldest("filler") > 0);
    }

    private long oldest(String topic) {
        return host.broker().client().ask(MIN_OFFSET, Map.of("topic", topic, "queueId", "0"), NO_BODY).number("offset", -1);
    }
}
