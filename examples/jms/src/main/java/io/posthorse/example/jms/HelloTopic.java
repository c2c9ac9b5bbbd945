package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.ActiveMQConnectionFactory;

/**
 * A topic: each message goes to every subscriber. A durable subscriber also receives messages sent while it was
 * disconnected.
 */
public final class HelloTopic {

    private HelloTopic() {
    }

    private static Connection connect(String url, String clientId) throws JMSException {
        Connection connection = new ActiveMQConnectionFactory(url).createConnection();
        connection.setClientID(clientId);
        connection.start();
        return connection;
    }

    private static Session session(Connection connection) throws JMSException {
        return connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    private static String next(MessageConsumer consumer) throws JMSException {
        TextMessage message = (TextMessage) consumer.receive(1_000);
        return message == null ? "nothing" : message.getText();
    }

    /** Publishes while one subscriber listens and a durable one is disconnected; returns what each received. */
    static List<String> run(String url) throws JMSException {
        List<String> lines = new ArrayList<>();
        try (Connection away = connect(url, "jms-example-subscriber")) {
            Session session = session(away);
            session.createDurableSubscriber(session.createTopic("jms.news"), "paper").close();
        }
        try (Connection here = connect(url, "jms-example-publisher")) {
            Session session = session(here);
            Topic topic = session.createTopic("jms.news");
            MessageConsumer listening = session.createConsumer(topic);
            session.createProducer(topic).send(session.createTextMessage("headline"));
            lines.add("who listens: " + next(listening));
            lines.add("who comes later: " + next(session.createConsumer(topic)));
        }
        try (Connection back = connect(url, "jms-example-subscriber")) {
            Session session = session(back);
            MessageConsumer paper = session.createDurableSubscriber(session.createTopic("jms.news"), "paper");
            lines.add("who is back: " + next(paper));
            paper.close();
            session.unsubscribe("paper");
        }
        return lines;
    }

    public static void main(String[] args) throws JMSException {
        run(Url.of(args)).forEach(System.out::println);
    }
}
