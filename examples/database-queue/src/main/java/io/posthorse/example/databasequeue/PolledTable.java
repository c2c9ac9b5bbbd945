package io.posthorse.example.databasequeue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * A table of orders, polled by workers.
 *
 * <p>A worker locks a batch of new orders and skips those that other workers have locked, so no two workers process the
 * same order. If the processing fails, the order stays new and is retried after a pause. After five attempts its status
 * becomes failed. The processing and the change of the status are one transaction: if a worker dies, its locks are
 * released and another worker takes the orders.
 */
final class PolledTable implements Handover {

    static final int NEW = 0;
    static final int DONE = 1;
    static final int FAILED = 2;

    private static final int BATCH = 50;
    private static final int TRIES_MAX = 5;
    private static final String TAKE = "SELECT id, tries FROM orders WHERE status = 0 AND due <= ?"
            + " ORDER BY id LIMIT " + BATCH + " FOR UPDATE SKIP LOCKED";

    private final String url;
    private final Duration pollEvery;
    private final Duration retryAfter;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final ThreadLocal<Connection> producers = new ThreadLocal<>();
    private final List<Connection> open = new ArrayList<>();

    PolledTable(String url, Duration pollEvery, Duration retryAfter) throws SQLException {
        this.url = url;
        this.pollEvery = pollEvery;
        this.retryAfter = retryAfter;
        try (Connection connection = DriverManager.getConnection(url); Statement sql = connection.createStatement()) {
            sql.execute("CREATE TABLE IF NOT EXISTS orders (id BIGINT PRIMARY KEY, status INT NOT NULL,"
                    + " tries INT NOT NULL, due BIGINT NOT NULL)");
            sql.execute("CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status, id)");
        }
    }

    @Override
    public String name() {
        return "table, polled every " + pollEvery.toMillis() + " ms";
    }

    @Override
    public void start(int workers, LongConsumer work) {
        for (int i = 0; i < workers; i++) {
            Thread thread = new Thread(() -> poll(work), "worker-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void poll(LongConsumer work) {
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            // At higher isolation levels InnoDB also locks the gaps between rows, which would block inserts.
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            boolean again = true;
            while (again) {
                int found = takeSome(connection, work);
                again = found == BATCH ? ended.getCount() > 0 : !ended.await(pollEvery.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a worker lost its database; start it again, no order is lost", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int takeSome(Connection connection, LongConsumer work) throws SQLException {
        int found = 0;
        try (PreparedStatement take = connection.prepareStatement(TAKE);
                PreparedStatement end = connection.prepareStatement(
                        "UPDATE orders SET status = ?, tries = ?, due = ? WHERE id = ?")) {
            take.setLong(1, System.currentTimeMillis());
            try (ResultSet rows = take.executeQuery()) {
                while (rows.next()) {
                    found++;
                    workOn(rows.getLong(1), rows.getInt(2), work, end);
                }
            }
            if (found > 0) {
                end.executeBatch();
            }
            connection.commit();
        }
        return found;
    }

    private void workOn(long order, int tries, LongConsumer work, PreparedStatement end) throws SQLException {
        int status = DONE;
        try {
            work.accept(order);
        } catch (RuntimeException e) {
            status = tries + 1 < TRIES_MAX ? NEW : FAILED;
        }
        end.setInt(1, status);
        end.setInt(2, tries + 1);
        end.setLong(3, System.currentTimeMillis() + retryAfter.toMillis());
        end.setLong(4, order);
        end.addBatch();
    }

    @Override
    public void put(long order) throws SQLException {
        Connection connection = producers.get();
        if (connection == null) {
            connection = DriverManager.getConnection(url);
            producers.set(connection);
            synchronized (open) {
                open.add(connection);
            }
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO orders (id, status, tries, due) VALUES (?, 0, 0, 0)")) {
            insert.setLong(1, order);
            insert.executeUpdate();
        }
    }

    /** Returns the number of orders with the given status. */
    long count(int status) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement sql = connection.createStatement();
                ResultSet row = sql.executeQuery("SELECT COUNT(*) FROM orders WHERE status = " + status)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() throws Exception {
        ended.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        for (Connection connection : open) {
            connection.close();
        }
    }
}
