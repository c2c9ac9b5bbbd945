package io.posthorse.example.paymenttowarehouse;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.embedded.Broker;
import io.posthorse.embedded.EmbeddedBroker;
import jakarta.jms.Connection;
import jakarta.jms.MapMessage;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests orders in normal operation, with duplicate messages, with failed steps, and with a killed process. */
@EmbeddedBroker(memory = true)
class PaymentToWarehouseIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String MEMORY = "mem:warehouse;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";

    @TempDir
    static Path folder;

    private static Broker broker;
    private static Server database;
    private static ApplicationProcess application;

    @BeforeAll
    static void start(Broker started) throws Exception {
        broker = started;
        database = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        application = new ApplicationProcess(
                folder, broker, "jdbc:h2:tcp://127.0.0.1:" + database.getPort() + "/" + MEMORY);
        application.start();
    }

    @AfterAll
    static void stop() {
        application.close();
        database.stop();
    }

    @Test
    void aPaidOrderIsTakenFromStock() throws Exception {
        stock("plain", 10);
        assertEquals(201, application.place("plain-1", "plain", 3));
        assertEquals(200, application.place("plain-1", "plain", 3), "the same order once more");
        assertEquals("UNPAID", statusOf("plain-1"));
        application.pay("plain-1");
        awaitStatus("plain-1", "WAITING_DELEVER");
        assertEquals(7, stockOf("plain"));
    }

    @Test
    void anOrderThatExceedsTheStockIsMarkedAsAnException() throws Exception {
        stock("rare", 2);
        application.place("rare-1", "rare", 3);
        application.pay("rare-1");
        awaitStatus("rare-1", "STOCK_EXCEPTION");
        assertEquals(2, stockOf("rare"));
    }

    @Test
    void aFailedPaymentTakesNothingFromStock() throws Exception {
        stock("poor", 2);
        application.place("poor-1", "poor", 1);
        application.beginPay("poor-1", "fail").join();
        awaitStatus("poor-1", "PAY_FAIL");
        assertEquals(2, stockOf("poor"));
    }

    /**
     * Sends each of the three messages of an order several times. The repeated answers of the warehouse differ from the
     * first.
     */
    @Test
    void duplicateMessagesChangeNothing() throws Exception {
        stock("twice", 10);
        application.place("twice-1", "twice", 4);
        for (int i = 0; i < 3; i++) {
            application.pay("twice-1");
            send("PAYMENT_RESULT_QUEUE", Map.of("orderId", "twice-1", "result", "success"));
        }
        awaitStatus("twice-1", "WAITING_DELEVER");
        String order = "{\"orderId\":\"twice-1\",\"details\":[{\"skuId\":\"twice\",\"skuNum\":\"4\"}]}";
        for (int i = 0; i < 3; i++) {
            sendText("ORDER_RESULT_QUEUE", order);
            send("SKU_DEDUCT_QUEUE", Map.of("orderId", "twice-1", "status", "OUT_OF_STOCK"));
        }
        application.place("twice-2", "twice", 1);
        application.pay("twice-2");
        awaitStatus("twice-2", "WAITING_DELEVER");
        awaitQueuesEmpty();
        assertEquals("WAITING_DELEVER", statusOf("twice-1"));
        assertEquals(5, stockOf("twice"));
    }

    /** Stops one order at each place between two steps, then kills the process with all of them. */
    @Test
    void aKillBetweenAnyTwoStepsLosesNothing() throws Exception {
        List<String> steps = List.of("timeout-sent", "payment-stored", "payment-told", "order-paid", "warehouse-told",
                "stock-deducted", "warehouse-answered", "order-deducted");
        stock("killed", 100);
        for (String step : steps) {
            String order = "kill-" + step;
            application.stopAt(step, order);
            if (step.equals("timeout-sent")) {
                application.beginPlace(order, "killed", 1);
            } else {
                application.place(order, "killed", 1);
                application.beginPay(order, "success");
            }
            application.awaitReached(step, order);
        }
        application.kill();
        application.start();

        assertEquals(201, application.place("kill-timeout-sent", "killed", 1), "its transaction was rolled back");
        application.pay("kill-timeout-sent");
        for (String step : steps) {
            awaitStatus("kill-" + step, "WAITING_DELEVER");
        }
        awaitQueuesEmpty();
        assertEquals(100 - steps.size(), stockOf("killed"));
        assertEquals(0, number("SELECT COUNT(*) FROM payment_info WHERE told = FALSE"));
    }

    @Test
    void unpaidOrdersAreCancelledAndLatePaymentsAreToBeRefunded(@TempDir Path other) throws Exception {
        String own = "jdbc:h2:tcp://127.0.0.1:" + database.getPort() + "/mem:hasty;DB_CLOSE_DELAY=-1";
        try (Broker quiet = Broker.builder().preferMemory().start();
                ApplicationProcess hasty = new ApplicationProcess(other, quiet, own, "--example.order-timeout-ms=3000")) {
            hasty.start();
            hasty.place("paid", "horse", 1);
            hasty.place("forgotten", "horse", 1);
            hasty.pay("paid");
            String status = "SELECT process_status FROM order_info WHERE id = ?";
            await().atMost(LIMIT).until(() -> text(own, status, "paid").equals("WAITING_DELEVER"));
            await().atMost(LIMIT).until(() -> text(own, status, "forgotten").equals("CANCELLED"));
            hasty.pay("forgotten");
            await().atMost(LIMIT).until(() -> text(own, status, "forgotten").equals("TO_REFUND"));
            assertEquals("WAITING_DELEVER", text(own, status, "paid"));
            assertEquals("99", text(own, "SELECT stock FROM ware_sku WHERE sku = ?", "horse"));
        }
    }

    private static void send(String queue, Map<String, String> content) throws Exception {
        try (Connection connection = new ActiveMQConnectionFactory(broker.jmsUrl()).createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            MapMessage message = session.createMapMessage();
            for (Map.Entry<String, String> entry : content.entrySet()) {
                message.setString(entry.getKey(), entry.getValue());
            }
            producer.send(message);
        }
    }

    private static void sendText(String queue, String text) throws Exception {
        try (Connection connection = new ActiveMQConnectionFactory(broker.jmsUrl()).createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            producer.send(session.createTextMessage(text));
        }
    }

    /** Waits until queue browsers find no message. They also show unsettled messages that a consumer holds. */
    private static void awaitQueuesEmpty() throws Exception {
        try (Connection connection = new ActiveMQConnectionFactory(broker.jmsUrl()).createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            for (String queue : List.of("PAYMENT_RESULT_QUEUE", "ORDER_RESULT_QUEUE", "SKU_DEDUCT_QUEUE")) {
                await(queue).atMost(LIMIT).until(
                        () -> !session.createBrowser(session.createQueue(queue)).getEnumeration().hasMoreElements());
            }
        }
    }

    private static void awaitStatus(String order, String status) {
        await(order).atMost(LIMIT).untilAsserted(() -> assertEquals(status, statusOf(order)));
    }

    private static String statusOf(String order) throws SQLException {
        return text(url(), "SELECT process_status FROM order_info WHERE id = ?", order);
    }

    private static void stock(String sku, int count) throws SQLException {
        try (var connection = DriverManager.getConnection(url(), "sa", "");
                PreparedStatement insert = connection.prepareStatement("INSERT INTO ware_sku (sku, stock) VALUES (?, ?)")) {
            insert.setString(1, sku);
            insert.setInt(2, count);
            insert.executeUpdate();
        }
    }

    private static int stockOf(String sku) throws SQLException {
        return Integer.parseInt(text(url(), "SELECT stock FROM ware_sku WHERE sku = ?", sku));
    }

    private static int number(String query) throws SQLException {
        return Integer.parseInt(text(url(), query));
    }

    private static String url() {
        return "jdbc:h2:tcp://127.0.0.1:" + database.getPort() + "/" + MEMORY;
    }

    private static String text(String url, String query, String... parameters) throws SQLException {
        try (var connection = DriverManager.getConnection(url, "sa", "");
                PreparedStatement select = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                select.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = select.executeQuery()) {
                assertTrue(rows.next(), query + " found nothing");
                return rows.getString(1);
            }
        }
    }
}
