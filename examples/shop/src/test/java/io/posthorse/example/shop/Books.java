package io.posthorse.example.shop;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the tables of all services from outside and checks that they are consistent with each other. */
final class Books {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ShopProcesses shop;
    private final Map<Long, Long> stockAtFirst = new TreeMap<>();
    private final Map<Long, Long> moneyAtFirst = new TreeMap<>();

    Books(ShopProcesses shop) {
        this.shop = shop;
    }

    void addGoods(long id, long number, long cents) throws SQLException {
        update("goods", "INSERT INTO trade_goods VALUES (" + id + ", 'goods', " + number + ", " + cents + ")");
        stockAtFirst.put(id, number);
    }

    void addUser(long id, long cents) throws SQLException {
        update("user", "INSERT INTO trade_user VALUES (" + id + ", 'user', " + cents + ", 0)");
        moneyAtFirst.put(id, cents);
    }

    void addCoupon(long id, long user, long cents) throws SQLException {
        update("coupon", "INSERT INTO trade_coupon VALUES (" + id + ", " + user + ", " + cents + ", NULL, NULL)");
    }

    /** Excludes goods from the comparison, together with the orders that took some of them. */
    void forget(long goods) throws SQLException {
        stockAtFirst.remove(goods);
        update("goods", "DELETE FROM trade_goods_number_log WHERE goods_id = " + goods);
    }

    private void update(String service, String sql) throws SQLException {
        try (Connection connection = open(service); Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private Connection open(String service) throws SQLException {
        return DriverManager.getConnection(shop.database(service), "sa", "");
    }

    /** Returns the only value of a query. */
    long number(String service, String sql) throws SQLException {
        return numbers(service, sql).getFirst();
    }

    /** Returns the first column of a query. */
    List<Long> numbers(String service, String sql) throws SQLException {
        try (Connection connection = open(service);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Long> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getLong(1));
            }
            return values;
        }
    }

    /** Returns the status of an order and of its payment. */
    String stateOf(long orderId) throws SQLException {
        try (Connection connection = open("order");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT order_status, pay_status FROM trade_order WHERE order_id = " + orderId)) {
            return rows.next() ? rows.getString(1) + " " + rows.getString(2) : "none";
        }
    }

    long stock(long goods) throws SQLException {
        return number("goods", "SELECT goods_number FROM trade_goods WHERE goods_id = " + goods);
    }

    long money(long user) throws SQLException {
        return number("user", "SELECT user_money FROM trade_user WHERE user_id = " + user);
    }

    long score(long user) throws SQLException {
        return number("user", "SELECT user_score FROM trade_user WHERE user_id = " + user);
    }

    /** Waits until no order or message is pending, then checks the tables against each other. */
    void awaitBalance() {
        await("everything settled").atMost(LIMIT).untilAsserted(() -> {
            assertEquals(0, number("order",
                    "SELECT COUNT(*) FROM trade_order WHERE order_status IN ('NEW', 'CANCELLING')"), "orders under way");
            for (String service : List.of("order", "pay")) {
                assertEquals(0, number(service, "SELECT COUNT(*) FROM trade_mq_producer_temp"), "unsent of " + service);
            }
            compare();
        });
    }

    private void compare() throws SQLException {
        Set<Long> confirmed = set("order", "SELECT order_id FROM trade_order WHERE order_status = 'CONFIRMED'");
        assertEquals(confirmed, set("goods", taken("trade_goods_number_log")), "orders that hold goods");
        assertEquals(set("order", "SELECT order_id FROM trade_order WHERE order_status = 'CONFIRMED'"
                + " AND coupon_id IS NOT NULL"), set("coupon", taken("trade_coupon_log")), "orders that hold a coupon");
        assertEquals(set("coupon", "SELECT order_id FROM trade_coupon WHERE order_id IS NOT NULL"),
                set("coupon", taken("trade_coupon_log")), "coupons and their log");
        assertEquals(set("order", "SELECT order_id FROM trade_order WHERE order_status = 'CONFIRMED'"
                + " AND money_paid > 0"), set("user", taken("trade_user_money_log")), "orders that hold money");
        for (Map.Entry<Long, Long> goods : stockAtFirst.entrySet()) {
            long sold = number("order", "SELECT COALESCE(SUM(goods_number), 0) FROM trade_order"
                    + " WHERE order_status = 'CONFIRMED' AND goods_id = " + goods.getKey());
            assertEquals(goods.getValue(), stock(goods.getKey()) + sold, "goods " + goods.getKey());
        }
        for (Map.Entry<Long, Long> user : moneyAtFirst.entrySet()) {
            long spent = number("order", "SELECT COALESCE(SUM(money_paid), 0) FROM trade_order"
                    + " WHERE order_status = 'CONFIRMED' AND user_id = " + user.getKey());
            assertEquals(user.getValue(), money(user.getKey()) + spent, "money of user " + user.getKey());
            long points = number("pay", "SELECT COALESCE(SUM(pay_amount / 100), 0) FROM trade_pay"
                    + " WHERE is_paid AND user_id = " + user.getKey());
            assertEquals(points, score(user.getKey()), "points of user " + user.getKey());
        }
        Set<Long> paid = set("pay", "SELECT order_id FROM trade_pay WHERE is_paid");
        assertEquals(paid, set("pay", "SELECT order_id FROM trade_pay_log"), "log of payments");
        assertEquals(paid, set("order", "SELECT order_id FROM trade_order WHERE pay_status = 'PAID' AND pay_amount > 0"),
                "paid orders");
    }

    private static String taken(String table) {
        return "SELECT order_id FROM " + table + " WHERE state = 'TAKEN'";
    }

    private Set<Long> set(String service, String sql) throws SQLException {
        return new TreeSet<>(numbers(service, sql));
    }
}
