package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSession;

/**
 * Acknowledge modes: which side acknowledges messages, and what is left when a consumer ends before it has finished.
 */
public final class AcknowledgeModes {

    private AcknowledgeModes() {
    }

    /**
     * For each mode: receives three messages, acknowledges the second if the mode leaves this to the program, and
     * closes the session.
     */
    static List<String> run(String url) throws JMSException {
        Map<String, Integer> modes = new LinkedHashMap<>();
        modes.put("AUTO: the session, after each receive", Session.AUTO_ACKNOWLEDGE);
        modes.put("CLIENT: the program, for all so far", Session.CLIENT_ACKNOWLEDGE);
        modes.put("DUPS_OK: the session, now and then", Session.DUPS_OK_ACKNOWLEDGE);
        modes.put("INDIVIDUAL: the program, for this one", ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
        modes.put("TRANSACTED: the commit, which never came", Session.SESSION_TRANSACTED);
        List<String> lines = new ArrayList<>();
        try (Connection connection = new ActiveMQConnectionFactory(url).createConnection()) {
            connection.start();
            for (Map.Entry<String, Integer> mode : modes.entrySet()) {
                lines.add(mode.getKey() + "; left: " + left(connection, mode.getValue()));
            }
        }
        return lines;
    }

    private static List<String> left(Connection connection, int mode) throws JMSException {
        Session other = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = other.createQueue("jms.modes." + mode);
        for (int i = 1; i <= 4; i++) {
            other.createProducer(queue).send(other.createTextMessage("m" + i));
        }
        Session session = connection.createSession(mode == Session.SESSION_TRANSACTED, mode);
        MessageConsumer consumer = session.createConsumer(queue);
        for (int i = 1; i <= 3; i++) {
            Message message = consumer.receive(5_000);
            boolean mine = mode == Session.CLIENT_ACKNOWLEDGE || mode == ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE;
            if (i == 2 && mine) {
                message.acknowledge();
            }
        }
        session.close();
        List<String> left = new ArrayList<>();
        try (MessageConsumer rest = other.createConsumer(queue)) {
            for (Message one = rest.receive(500); one != null; one = rest.receive(500)) {
                left.add(((TextMessage) one).getText() + (one.getJMSRedelivered() ? " again" : ""));
            }
        }
        return left;
    }

    public static void main(String[] args) throws JMSException {
        run(Url.of(args)).forEach(System.out::println);
    }
}
