package io.posthorse.example.databasequeue;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Measures the polled table and the broker with two of its protocols, and prints the results side by side. */
public final class Comparison {

    private static final int ORDERS = 10_000;

    private Comparison() {
    }

    /**
     * Runs the comparison.
     *
     * @param arguments the name server (127.0.0.1:9876), the number of orders (10000), the database (an H2 file; "" for
     *     the default), the broker's URL for JMS (tcp://127.0.0.1:61616)
     */
    public static void main(String[] arguments) throws Exception {
        String nameServer = arguments.length > 0 ? arguments[0] : "127.0.0.1:9876";
        int orders = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ORDERS;
        String database = arguments.length > 2 && !arguments[2].isEmpty() ? arguments[2] : fileDatabase();
        String jmsUrl = arguments.length > 3 ? arguments[3] : "tcp://127.0.0.1:61616";
        print(run(nameServer, jmsUrl, orders, database));
    }

    /**
     * Returns the URL of a database as durable as the broker by default: committed data outlives the process and
     * reaches the disk soon after.
     */
    private static String fileDatabase() throws IOException {
        return "jdbc:h2:file:" + Files.createTempDirectory("database-queue").resolve("orders")
                + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";
    }

    static List<Measurement.Result> run(String nameServer, String jmsUrl, int orders, String database)
            throws Exception {
        Measurement.Result polled;
        Measurement.Result byJms;
        String name = "orders-" + System.currentTimeMillis();
        try (Connection connection = DriverManager.getConnection(database); Statement sql = connection.createStatement()) {
            sql.execute("DROP TABLE IF EXISTS orders");
        }
        try (PolledTable table = new PolledTable(database, Duration.ofMillis(100), Duration.ofSeconds(1))) {
            polled = Measurement.of(table, orders);
        }
        try (JmsQueue queue = new JmsQueue(jmsUrl, name + "-jms")) {
            byJms = Measurement.of(queue, orders);
        }
        try (BrokerQueue queue = new BrokerQueue(nameServer, name)) {
            return List.of(polled, byJms, Measurement.of(queue, orders));
        }
    }

    private static void print(List<Measurement.Result> results) {
        System.out.printf("%-28s %12s %12s %12s %6s %9s%n", "", "median ms", "99% ms", "orders/s", "lost", "repeated");
        for (Measurement.Result result : results) {
            System.out.printf(Locale.ROOT, "%-28s %12.2f %12.2f %12d %6d %9d%n", result.name(), result.medianMs(),
                    result.slowMs(), result.perSecond(), result.lost(), result.repeated());
        }
    }
}
