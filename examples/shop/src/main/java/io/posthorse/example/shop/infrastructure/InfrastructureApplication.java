package io.posthorse.example.shop.infrastructure;

import java.util.concurrent.CountDownLatch;
import org.apache.curator.test.TestingServer;
import org.h2.tools.Server;

/**
 * A database server (H2, in memory) and a registry (ZooKeeper) in one process. The services reach both over the network,
 * as they would reach a MariaDB and a ZooKeeper cluster, and may be killed without harm to either.
 */
public final class InfrastructureApplication {

    private InfrastructureApplication() {
    }

    /** @param arguments the port of the database and the port of the registry */
    public static void main(String[] arguments) throws Exception {
        System.setProperty("h2.bindAddress", "127.0.0.1");
        System.setProperty("zookeeper.admin.enableServer", "false");
        Server database = Server.createTcpServer("-tcpPort", arguments[0], "-ifNotExists").start();
        try (TestingServer registry = new TestingServer(Integer.parseInt(arguments[1]), true)) {
            System.out.println("Database on port " + database.getPort() + ", registry on " + registry.getConnectString());
            new CountDownLatch(1).await();
        }
    }
}
