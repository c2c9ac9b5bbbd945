package io.posthorse.example.paymenttowarehouse.ware;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posthorse.example.paymenttowarehouse.jms.Queues;
import io.posthorse.example.paymenttowarehouse.jms.Sender;
import io.posthorse.example.paymenttowarehouse.jms.Steps;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.stereotype.Component;

/** Receives paid orders and answers with the result of the stock deduction. */
@Component
class WareListener {
    private final Warehouse warehouse;
    private final Sender sender;
    private final ObjectMapper json;
    private final Steps steps;

    WareListener(Warehouse warehouse, Sender sender, ObjectMapper json, Steps steps) {
        this.warehouse = warehouse;
        this.sender = sender;
        this.json = json;
        this.steps = steps;
    }

    @JmsListener(destination = Queues.ORDER_RESULT, containerFactory = "jmsQueueListener")
    void consumeOrderResult(TextMessage message) throws JMSException, JsonProcessingException {
        JsonNode order = json.readTree(message.getText());
        String orderId = order.get("orderId").asText();
        List<Warehouse.Line> lines = new ArrayList<>();
        for (JsonNode line : order.get("details")) {
            lines.add(new Warehouse.Line(line.get("skuId").asText(), Integer.parseInt(line.get("skuNum").asText())));
        }
        String status = warehouse.deduct(orderId, lines);
        sender.sendMap(Queues.SKU_DEDUCT, Map.of("orderId", orderId, "status", status));
        steps.reached("warehouse-answered", orderId);
    }
}
