package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.ActiveMQConnectionFactory;

/** Request and reply: the reply is sent to a temporary queue that only the requester can read. */
public final class RequestReply {

    private RequestReply() {
    }

    /** Answers requests until the connection is closed. */
    private static void serve(Connection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        session.createConsumer(session.createQueue("jms.price")).setMessageListener(question -> {
            try {
                TextMessage answer = session.createTextMessage(((TextMessage) question).getText() + " costs 12.50");
                answer.setJMSCorrelationID(question.getJMSMessageID());
                session.createProducer(question.getJMSReplyTo()).send(answer);
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        connection.start();
    }

    /** Sends two requests; returns the replies. */
    static List<String> run(String url) throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
        List<String> lines = new ArrayList<>();
        try (Connection service = factory.createConnection(); Connection client = factory.createConnection()) {
            serve(service);
            client.start();
            Session session = client.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue prices = session.createQueue("jms.price");
            TemporaryQueue answers = session.createTemporaryQueue();
            MessageConsumer consumer = session.createConsumer(answers);
            for (String thing : List.of("tea", "rice")) {
                TextMessage question = session.createTextMessage(thing);
                question.setJMSReplyTo(answers);
                session.createProducer(prices).send(question);
                Message answer = consumer.receive(5_000);
                boolean fits = question.getJMSMessageID().equals(answer.getJMSCorrelationID());
                lines.add(((TextMessage) answer).getText() + (fits ? "" : ", but that was not asked"));
            }
        }
        return lines;
    }

    public static void main(String[] args) throws JMSException {
        run(Url.of(args)).forEach(System.out::println);
    }
}
