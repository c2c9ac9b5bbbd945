package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.codec.rocketmq.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A lent message, with the receipt that a client builds from the answer. */
record Loan(Stored message, String receipt) {
    static Map<String, String> request(String topic, int count, long leaseMs, long pollMs) {
        return new HashMap<>(Map.of(
                "consumerGroup", "G", "topic", topic, "queueId", "-1", "maxMsgNums", "" + count,
                "invisibleTime", "" + leaseMs, "pollTime", "" + pollMs, "bornTime", "" + System.currentTimeMillis(),
                "initMode", "0", "expType", "TAG", "exp", "*"));
    }

    static List<Loan> loans(Frame answer) {
        if (answer.code() == 210) {
            return List.of();
        }
        assertEquals(0, answer.code(), answer.remark());
        List<Loan> loans = new ArrayList<>();
        for (Stored message : Stored.all(answer.body())) {
            loans.add(new Loan(message, message.offset() + " " + answer.field("popTime") + " "
                    + answer.field("invisibleTime") + " " + answer.field("reviveQid") + " 0 broker-a " + message.queue()
                    + " " + message.offset()));
        }
        return loans;
    }

    static Map<String, String> settling(String topic, Loan loan) {
        return new HashMap<>(Map.of(
                "consumerGroup", "G", "topic", topic, "queueId", "" + loan.message.queue(), "extraInfo", loan.receipt,
                "offset", "" + loan.message.offset()));
    }

    static List<String> texts(List<Loan> loans) {
        return loans.stream().map(l -> l.message.text()).toList();
    }
}
