package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.net.Network;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A slave in front of a master that fails in one way or another. */
@Execution(ExecutionMode.CONCURRENT)
class SlaveNodeTest {
    private static final long SILENT_MS = 2_500;

    @TempDir
    Path directory;

    private final StandInMaster master;
    private DiskFileStore files;
    private SlaveNode slave;
    private int brokerPort;

    SlaveNodeTest() throws IOException {
        master = new StandInMaster();
    }

    @BeforeEach
    void start() throws IOException {
        brokerPort = Network.freePort("127.0.0.1");
        ServerConfig config = ConfigLoader.load(new ConfigSources(null, null, Map.of(), List.of(
                "listenPort=" + brokerPort, "vip.enabled=false", "nameserver.enabled=false",
                "storePathRootDir=" + directory, "brokerName=" + TestBroker.NAME, "mappedFileSizeCommitLog=16777216",
                "brokerRole=SLAVE", "brokerId=1", "haMasterAddress=127.0.0.1:" + master.port()), "host"));
        files = DiskFileStore.open(directory);
        slave = SlaveNode.start(config, files, true, BrokerNode.CHECKPOINT_BYTES, SILENT_MS);
    }

    @AfterEach
    void end() throws IOException {
        slave.close();
        files.close();
        master.close();
    }

    @Test
    void aSilentMasterIsLeftAndDialledAgain() throws IOException {
        try (StandInMaster.Link link = master.dialled()) {
            link.greet();
            link.say(SlaveFrames.follow(0));
            link.awaitKind(SlaveFrames.ACK);
            assertTrue(link.isClosedBySlave(), "it has heard nothing");
        }
        master.dialled().close();
    }

    @Test
    void aLinkThatEndsWhileTheCopyCannotBeOpenedIsMadeAgain() throws IOException {
        ServerSocket taken;
        try (StandInMaster.Link link = master.dialled()) {
            link.greet();
            link.say(SlaveFrames.fetch(0));
            link.awaitKind(SlaveFrames.ASK); // the slave has closed its copy, and its port
            taken = Awaitility.await().ignoreExceptions().until(
                    () -> new ServerSocket(brokerPort, 1, InetAddress.getLoopbackAddress()), socket -> true);
            link.say(SlaveFrames.refusal(1)); // there is nothing to fetch, so it opens its copy again
            link.awaitKind(SlaveFrames.WORKING);
            link.say(SlaveFrames.alive());
            link.awaitKind(SlaveFrames.WORKING);
        }
        try (taken) {
            assertTrue(master.isLeftAlone(4_000), "without a copy there is nothing to say to a master");
        }
        try (StandInMaster.Link again = master.dialled()) {
            again.greet();
        }
        try (RawClient reader = new RawClient(brokerPort, false)) {
            assertTrue(reader.ask(907, Map.of()).code() == 0, "it serves readers again");
        }
    }
}
