package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTempTopic;
import org.apache.activemq.command.ActiveMQTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JmsNamesTest {
    private static final List<String> AWKWARD = List.of(
            "orders", "orders.eu", "a%2Eb", "a.b", "50%", "%", "%%", "%4", "%41", "A", "größe", "订单", "a b", "a/b",
            "..", "-_|",
            "TOPIC%x", "TEMP-QUEUE%x", "JMS-x", "ID:host-1-2:1:1");

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
            "queue://orders, orders", "queue://q24, q24", "queue://a.b, a%2Eb", "topic://news, TOPIC%news",
            "topic://rocketmq.prices, prices", "queue://%RETRY%group, %RETRY%group",
            "temp-queue://ID:h-1-2:1:1, TEMP-QUEUE%ID%3Ah-1-2%3A1%3A1"})
    void aDestinationHasThisTopicName(String destination, String topic) {
        assertEquals(topic,
                JmsNames.topic(ActiveMQDestination.createDestination(destination, ActiveMQDestination.QUEUE_TYPE)));
    }

    @Test
    void destinationNamesSurviveARoundTrip() {
        for (String name : AWKWARD) {
            for (ActiveMQDestination destination : List.of(
                    new ActiveMQQueue(name), new ActiveMQTopic(name), new ActiveMQTempQueue(name),
                    new ActiveMQTempTopic(name))) {
                String topic = JmsNames.topic(destination);
                assertEquals(topic, JmsNames.topic(JmsNames.destination(topic)), destination.getQualifiedName());
                assertTrue(topic.matches("[%|a-zA-Z0-9_-]+"), topic);
                assertTrue(!destination.isTemporary() || JmsNames.isTemporary(topic), topic);
            }
        }
    }

    @Test
    void differentNamesGetDifferentSubscriptions() {
        Set<String> subscriptions = new HashSet<>();
        List<String> all = new ArrayList<>();
        for (String name : AWKWARD) {
            all.add(JmsNames.queueSubscription(name));
            for (String client : AWKWARD) {
                all.add(JmsNames.durableSubscription(client, name));
            }
        }
        all.forEach(name -> assertTrue(subscriptions.add(name), name));
        assertFalse(subscriptions.contains("JMS-"));
    }

    @Test
    void otherClientsTopicNamesSurviveARoundTrip() {
        for (String topic : List.of("orders", "%RETRY%group", "%DLQ%group", "a|b", "x%y", "A-_9")) {
            ActiveMQDestination destination = JmsNames.destination(topic);
            assertTrue(destination.isQueue() && !destination.isTemporary(), topic);
            assertEquals(topic, JmsNames.topic(destination));
        }
    }
}
