package io.posthorse.example.shop.infrastructure;

import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.h2.tools.Server;

/**
 * A database server (H2, in memory) and a registry (ZooKeeper) in one process, on the loopback address. The services
 * connect to both over the network, as to a MariaDB server and a ZooKeeper cluster, and may be killed without harm to
 * either.
 */
public final class InfrastructureApplication {

    private static final int TICK_MS = 1_000;
    private static final int CONNECTIONS_MAX = 100;

    private InfrastructureApplication() {
    }

    /**
     * Starts both servers.
     *
     * @param arguments the port of the database and the port of the registry
     */
    public static void main(String[] arguments) throws Exception {
        System.setProperty("h2.bindAddress", "127.0.0.1");
        Server.createTcpServer("-tcpPort", arguments[0], "-ifNotExists").start();

        File folder = Files.createTempDirectory("registry").toFile();
        NIOServerCnxnFactory listener = new NIOServerCnxnFactory();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        listener.configure(new InetSocketAddress(loopback, Integer.parseInt(arguments[1])), CONNECTIONS_MAX);
        listener.startup(new ZooKeeperServer(folder, folder, TICK_MS));

        System.out.println("Database on port " + arguments[0] + ", registry on port " + arguments[1]);
        new CountDownLatch(1).await();
    }
}
