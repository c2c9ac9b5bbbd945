package io.posthorse.example.shop;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.example.shop.Shopper.Answer;
import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.api.OrderRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the whole shop as processes: in normal operation, with failed steps, and with killed processes. */
class ShopIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AtomicLong NEXT = new AtomicLong(100);

    @TempDir
    static Path folder;

    private static ShopProcesses shop;
    private static Shopper shopper;
    private static Books books;

    @BeforeAll
    static void startShop() throws Exception {
        shop = ShopProcesses.start(folder);
        shopper = new Shopper(shop);
        books = new Books(shop);
        await().atMost(LIMIT).until(shopper::allAnswer);
    }

    @AfterAll
    static void stopShop() {
        if (shop != null) {
            shop.close();
        }
    }

    @AfterEach
    void forgetSteps() throws Exception {
        shop.forgetSteps();
    }

    /**
     * Adds a user with a balance of 100.00, a coupon of 5.00 and an article with ten in stock; all have the number
     * returned.
     */
    private static long newCustomer() throws Exception {
        long id = NEXT.getAndIncrement();
        books.addUser(id, 100_00);
        books.addCoupon(id, id, 5_00);
        books.addGoods(id, 10, 50_00);
        return id;
    }

    private static OrderRequest order(long id) {
        return Shopper.request(id, id, id);
    }

    @Test
    void anOrderIsPlacedAndPaid() throws Exception {
        long id = newCustomer();
        Answer placed = shopper.place(order(id));
        assertEquals("OK", placed.code());
        assertEquals("CONFIRMED UNPAID", books.stateOf(placed.id()));
        assertEquals(9, books.stock(id));
        assertEquals(80_00, books.money(id));

        Answer payment = shopper.beginPayment(placed.id());
        assertEquals(35_00, payment.cents(), "50 and 10 for shipping, less 5 by coupon and 20 from the balance");
        assertEquals(payment, shopper.beginPayment(placed.id()), "one payment for an order");
        assertEquals(409, shopper.callback(payment.id(), 34_99));
        assertEquals(200, shopper.callback(payment));
        assertEquals(200, shopper.callback(payment), "providers repeat the callback until it succeeds");
        await().atMost(LIMIT).untilAsserted(() -> assertEquals("CONFIRMED PAID", books.stateOf(placed.id())));
        books.awaitBalance();
        assertEquals(35, books.score(id));
        assertEquals("ALREADY_PAID", shopper.beginPayment(placed.id()).code());
    }

    @Test
    void invalidOrdersAreRejectedBeforeAnythingIsWritten() throws Exception {
        long id = newCustomer();
        long orders = books.number("order", "SELECT COUNT(*) FROM trade_order");
        assertEquals("GOODS_UNKNOWN", shopper.place(Shopper.request(id, 99, null)).code());
        assertEquals("USER_UNKNOWN", shopper.place(Shopper.request(99, id, null)).code());
        assertEquals("COUPON_UNKNOWN", shopper.place(Shopper.request(id, id, 1L)).code(), "another user's coupon");
        assertEquals("PRICE_INVALID",
                shopper.place(new OrderRequest(id, id, 1, 49_00, 49_00, 10_00, 0, null, "")).code());
        assertEquals("AMOUNT_INVALID",
                shopper.place(new OrderRequest(id, id, 2, 50_00, 50_00, 10_00, 0, null, "")).code());
        assertEquals("SHIPPING_FEE_INVALID",
                shopper.place(new OrderRequest(id, id, 1, 50_00, 50_00, 0, 0, null, "")).code());
        assertEquals("GOODS_NOT_ENOUGH",
                shopper.place(new OrderRequest(id, id, 11, 50_00, 550_00, 0, 0, null, "")).code());
        assertEquals("BALANCE_NOT_ENOUGH",
                shopper.place(new OrderRequest(id, id, 3, 50_00, 150_00, 0, 100_01, null, "")).code());
        assertEquals(orders, books.number("order", "SELECT COUNT(*) FROM trade_order"));
    }

    @Test
    void aFailedStepCompensatesThePreviousSteps() throws Exception {
        for (String step : List.of("before-goods", "before-coupon", "before-balance", "before-confirm")) {
            long id = newCustomer();
            shop.failAt("order." + step);
            Answer answer = shopper.place(order(id));
            assertEquals("SERVICE_UNAVAILABLE", answer.code(), step);
            books.awaitBalance();
            assertEquals("CANCELLED UNPAID", books.stateOf(answer.id()), step);
            assertEquals(10, books.stock(id), step);
            assertEquals(100_00, books.money(id), step);
            shop.forgetSteps();
            assertEquals("OK", shopper.place(order(id)).code(), "the coupon is free again after " + step);
        }
    }

    @Test
    void duplicateMessagesChangeNothing() throws Exception {
        long id = newCustomer();
        shop.failAt("order.before-confirm");
        Answer cancelled = shopper.place(order(id));
        Answer placed = shopper.place(Shopper.request(id, id, null));
        Answer payment = shopper.beginPayment(placed.id());
        assertEquals(200, shopper.callback(payment));
        books.awaitBalance();
        String cancel = "{\"orderId\":%d,\"userId\":%d,\"userMoney\":2000,\"goodsId\":%d,\"goodsNumber\":1,\"couponId\":%d}"
                .formatted(cancelled.id(), id, id, id);
        String paid = "{\"payId\":%d,\"orderId\":%d,\"userId\":%d,\"payAmount\":%d}"
                .formatted(payment.id(), placed.id(), id, payment.cents());
        long handled = handled();
        DefaultMQProducer producer = new DefaultMQProducer("duplicates");
        producer.setNamesrvAddr(shop.broker.nameServer());
        producer.start();
        for (int i = 0; i < 5; i++) {
            producer.send(message(Messages.ORDER_TOPIC, Messages.CANCEL_TAG, cancelled.id(), cancel));
            producer.send(message(Messages.PAY_TOPIC, Messages.PAID_TAG, payment.id(), paid));
        }
        producer.shutdown();
        await().atMost(LIMIT).until(() -> handled() - handled >= 5 * 4 + 5 * 3);
        books.awaitBalance();
        assertEquals(9, books.stock(id));
        assertEquals(80_00, books.money(id));
        assertEquals(payment.cents() / 100, books.score(id));
    }

    /** Returns how many redelivered messages the services have logged. */
    private static long handled() {
        return ShopProcesses.SERVICES.stream()
                .mapToLong(service -> shop.output(service).split("came again; nothing to do", -1).length - 1)
                .sum();
    }

    private static Message message(String topic, String tag, long key, String body) {
        return new Message(topic, tag, Long.toString(key), body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFailingCompensationIsAbandonedAfterThreeAttempts() throws Exception {
        long twice = newCustomer();
        long always = newCustomer();
        assertEquals(2, triesOf(twice, 2));
        books.awaitBalance();
        assertEquals(10, books.stock(twice));
        assertEquals(3, triesOf(always, 3));
        await().atMost(LIMIT).until(() -> shop.output("goods").contains("failed 3 times and is left to a person"));
        assertEquals(9, books.stock(always), "the goods are not returned");
        assertEquals(1, books.number("goods",
                "SELECT COUNT(*) FROM trade_mq_consumer_log WHERE consumer_status = 'FAIL' AND consumer_times = 3"));
        books.forget(always);
    }

    /** Cancels an order whose goods cannot be returned for the given number of attempts; returns the attempts seen. */
    private static int triesOf(long id, int failures) throws Exception {
        shop.failAt("goods.claimed");
        shop.failAt("order.before-confirm");
        shopper.place(order(id));
        shop.awaitReached("goods.claimed");
        int seen = 1;
        for (; seen < failures; seen++) {
            shop.goOn("goods.claimed");
            shop.failAt("goods.claimed");
            shop.awaitReached("goods.claimed");
        }
        return seen;
    }

    @Test
    void aStepAfterTheCancellationHasNoEffect() throws Exception {
        long id = newCustomer();
        shop.stopAt("order.before-goods");
        CompletableFuture<Answer> answer = shopper.placeLater(order(id));
        shop.awaitReached("order.before-goods");
        await().atMost(LIMIT).until(() -> books.number("goods",
                "SELECT COUNT(*) FROM trade_goods_number_log WHERE goods_id = " + id + " AND state = 'RETURNED'") == 1);
        shop.goOn("order.before-goods");
        assertEquals("ORDER_CANCELLED", answer.get().code());
        books.awaitBalance();
        assertEquals(10, books.stock(id));
    }

    @Test
    void twoHundredConcurrentOrdersForTheLastHundredItems() throws Exception {
        long goods = NEXT.getAndIncrement();
        books.addGoods(goods, 100, 50_00);
        List<Long> users = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long user = NEXT.getAndIncrement();
            books.addUser(user, 130_00);
            users.add(user);
        }
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            answers.add(shopper.placeLater(Shopper.request(users.get(i % 20), goods, null)));
        }
        int sold = 0;
        for (CompletableFuture<Answer> answer : answers) {
            sold += answer.get().code().equals("OK") ? 1 : 0;
        }
        books.awaitBalance();
        assertTrue(sold <= 100, "oversold");
        assertEquals(100 - sold, books.stock(goods));
        int more = 0;
        for (int i = 0; i < 20 && books.stock(goods) > 0; i++) {
            while (shopper.place(Shopper.request(users.get(i), goods, null)).code().equals("OK")) {
                more++;
            }
        }
        assertEquals(100, sold + more, "returned goods can be sold");
        assertEquals(0, books.stock(goods));
        books.awaitBalance();
    }

    @Test
    void theOrderServiceIsKilledBetweenAnyTwoSteps() throws Exception {
        long sent = newCustomer();
        shop.stopAt("order.before-send");
        shop.failAt("order.before-confirm");
        shopper.place(order(sent));
        shop.awaitReached("order.before-send");
        long twice = newCustomer();
        shop.stopAt("order.after-send");
        shop.stopAt("order.effect-not-committed");
        shop.failAt("order.before-confirm");
        shopper.place(order(twice));
        shop.awaitReached("order.after-send");
        shop.awaitReached("order.effect-not-committed");
        long confirmed = 0;
        for (String step : List.of("before-goods", "before-coupon", "before-balance", "before-confirm", "confirmed")) {
            shop.stopAt("order." + step);
            confirmed = newCustomer();
            shopper.placeLater(order(confirmed));
            shop.awaitReached("order." + step);
        }
        shop.killAndRestart("order");
        await().atMost(LIMIT).until(shopper::allAnswer);
        books.awaitBalance();
        assertEquals(9, books.stock(confirmed), "the last one was confirmed, only the answer was lost");
        assertEquals(10, books.stock(twice));
    }

    @Test
    void theOtherServicesAreKilledDuringACallAndDuringACompensation() throws Exception {
        for (String service : List.of("goods", "coupon", "user")) {
            for (String step : List.of("claimed", "effect-not-committed", "effect-committed")) {
                shop.stopAt(service + "." + step);
                shop.failAt("order.before-confirm");
                shopper.place(order(newCustomer()));
                shop.awaitReached(service + "." + step);
            }
            for (String step : List.of("call-not-committed", "call-committed")) {
                shop.stopAt(service + "." + step);
                shopper.placeLater(order(newCustomer()));
                shop.awaitReached(service + "." + step);
            }
            shop.killAndRestart(service);
            await().atMost(LIMIT).until(shopper::allAnswer);
            books.awaitBalance();
            assertEquals("OK", shopper.place(order(newCustomer())).code(), "after the restart of " + service);
        }
    }

    @Test
    void aPaymentSurvivesTheKillOfAllServicesInvolved() throws Exception {
        List<String> stops = List.of("pay.before-send", "pay.after-send", "pay.claimed", "user.claimed", "order.claimed",
                "pay.effect-not-committed", "user.effect-not-committed", "order.effect-not-committed",
                "user.effect-committed", "order.effect-committed", "pay.effect-committed");
        for (String stop : stops) {
            Answer placed = shopper.place(order(newCustomer()));
            Answer payment = shopper.beginPayment(placed.id());
            shop.stopAt(stop);
            assertEquals(200, shopper.callback(payment), "the provider is answered at once");
            shop.awaitReached(stop);
        }
        shop.killAndRestart("pay", "user", "order");
        await().atMost(LIMIT).until(shopper::allAnswer);
        books.awaitBalance();
        assertEquals(0, books.number("order",
                "SELECT COUNT(*) FROM trade_order WHERE pay_status = 'UNPAID' AND order_status = 'CONFIRMED'"
                        + " AND order_id IN (" + paidOrders() + ")"));
    }

    private static String paidOrders() throws Exception {
        List<Long> orders = books.numbers("pay", "SELECT order_id FROM trade_pay WHERE is_paid");
        return String.join(",", orders.stream().map(String::valueOf).toList());
    }
}
