package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.advisory.AdvisorySupport;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The advisories of other clients' actions, with any number of listeners. */
@Timeout(60)
class JmsAdvisoriesTest {
    private static final long WAIT = 5_000;

    @TempDir
    private Path directory;

    private JmsHost host;

    @BeforeEach
    void start() {
        host = JmsHost.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    @Test
    void anAdvisoryPrecedesTheFirstUseOfATemporaryDestination() throws Exception {
        List<RawJms> clients = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            String id = "ID:c-" + i + ":1";
            RawJms one = RawJms.in(host.broker(), id, null, null);
            clients.add(one);
            ConsumerInfo info = new ConsumerInfo(new ConsumerId(RawJms.session(id), 1));
            info.setDestination(new ActiveMQTopic("ActiveMQ.Advisory.TempQueue,ActiveMQ.Advisory.TempTopic"));
            assertFalse(one.ask(info) instanceof ExceptionResponse);
        }
        RawJms replier = clients.getLast();
        ConsumerInfo requests = new ConsumerInfo(new ConsumerId(RawJms.session("ID:c-699:1"), 2));
        requests.setDestination(new ActiveMQQueue("requests"));
        requests.setPrefetchSize(1);
        assertFalse(replier.ask(requests) instanceof ExceptionResponse);
        String asking = "ID:c-0:1";
        ActiveMQTempQueue replies = new ActiveMQTempQueue(new ConnectionId(asking), 1);
        DestinationInfo made = new DestinationInfo(
                new ConnectionId(asking), DestinationInfo.ADD_OPERATION_TYPE, replies);
        ActiveMQTextMessage request = new ActiveMQTextMessage();
        request.setMessageId(new MessageId(new ProducerId(RawJms.session(asking), 1), 1));
        request.setProducerId(request.getMessageId().getProducerId());
        request.setDestination(new ActiveMQQueue("requests"));
        request.setReplyTo(replies);
        request.setText("?");
        clients.getFirst().send(made, new ProducerInfo(request.getProducerId()), request);

        List<String> heard = new ArrayList<>();
        while (heard.isEmpty() || !heard.getLast().equals("request")) {
            if (replier.read() instanceof MessageDispatch dispatch) {
                heard.add(dispatch.getDestination().isQueue() ? "request" : "advisory");
            }
        }
        assertEquals(List.of("advisory", "request"), heard);
        clients.forEach(RawJms::close);
    }

    @Test
    void aNewListenerGetsTheWholePresentState() throws Exception {
        Session session = host.session();
        for (int i = 0; i < 500; i++) {
            session.createProducer(session.createQueue("q" + i));
        }
        MessageConsumer queues = session.createConsumer(AdvisorySupport.QUEUE_ADVISORY_TOPIC);
        MessageConsumer producers = session.createConsumer(new ActiveMQTopic("ActiveMQ.Advisory.Producer.Queue.>"));
        for (int i = 0; i < 500; i++) {
            assertNotNull(queues.receive(WAIT));
            Message producer = producers.receive(WAIT);
            assertEquals(1, producer.getIntProperty("producerCount"));
        }
    }
}
