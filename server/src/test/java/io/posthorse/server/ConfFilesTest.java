package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ConfigException;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every file in the folder conf starts unchanged. */
class ConfFilesTest {
    private static final Path CONF = Path.of("..", "conf");
    private static final List<String> PRESETS = List.of("nameserver.enabled=false", "grpc.enabled=false",
    "openwire.enabled=false");

    @TempDir
    Path directory;

    @TestFactory
    List<DynamicTest> files() throws IOException {
        try (Stream<Path> files = Files.walk(CONF)) {
            List<Path> brokers = files.filter(f -> f.toString().matches(".*broker.*\\.(conf|properties)")).sorted().toList();
            assertEquals(11, brokers.size(), brokers.toString());
            return brokers.stream().map(f -> DynamicTest.dynamicTest(CONF.relativize(f).toString(), () -> {
                assertStarts(f);
            })).toList();
        }
    }

    private void assertStarts(Path file) throws IOException {
        ServerConfig asItStands = load(Role.BROKER, file, List.of());
        String name = file.getFileName().toString().contains("-b") ? "broker-b" : "broker-a";
        assertEquals(name, asItStands.identity().brokerName());
        assertTrue(asItStands.listen().brokerPort() >= 10_911);
        boolean isSlave = file.toString().contains("-s.");
        assertEquals(isSlave ? 1 : 0, asItStands.identity().brokerId());
        Path data = directory.resolve(file.getParent().getFileName()).resolve(name + isSlave);
        try (Server server = Server.start(load(
                Role.BROKER, file, List.of("storePathRootDir=" + data, "listenPort=0", "namesrvAddr=127.0.0.1:1")))) {
            assertTrue(server.brokerPort() > 0);
            assertEquals(ServerConfig.OFF, server.nameServerPort());
            assertEquals(isSlave, server.haPort() == ServerConfig.OFF);
        }
    }

    @Test
    void mastersOnOneMachineDoNotConflict() throws IOException {
        ServerConfig a = load(Role.BROKER, CONF.resolve("2m-noslave/broker-a.properties"), List.of());
        ServerConfig b = load(Role.BROKER, CONF.resolve("2m-noslave/broker-b.properties"), List.of());

        assertEquals(100, b.listen().brokerPort() - a.listen().brokerPort());
        assertEquals("/var/lib/posthorse/broker-a", a.storage().directory());
        assertEquals("/var/lib/posthorse/broker-b", b.storage().directory());
    }

    @Test
    void theNodesOfTheClusterNameTheSameNodesAndThemselves() throws IOException {
        List<ServerConfig.Cluster> all = new ArrayList<>();
        for (String node : List.of("a", "b", "c")) {
            Path file = CONF.resolve("cluster/" + node + ".properties");
            ServerConfig config = ConfigLoader.load(new ConfigSources(
                    Role.BROKER, List.of(), file.toString(), Files.readString(file), Map.of(), List.of(), "host"));
            assertEquals(node, config.cluster().name());
            assertEquals("cluster/" + node, config.cluster().certificates());
            assertEquals("/var/lib/posthorse/" + node, config.storage().directory());
            assertEquals(List.of(), config.notes());
            all.add(config.cluster());
        }
        assertEquals(3, all.getFirst().nodes().size());
        assertEquals(1, all.stream().map(ServerConfig.Cluster::nodes).distinct().count());
    }

    @Test
    void theNameServersFileStartsANameServer() throws IOException {
        Path file = CONF.resolve("namesrv.properties");
        assertEquals(9_876, load(Role.NAME_SERVER, file, List.of()).listen().nameServerPort());
        try (NameServerProcess server = NameServerProcess.start(load(
                Role.NAME_SERVER, file, List.of("storePathRootDir=" + directory.resolve("namesrv"), "listenPort=0")))) {
            assertTrue(server.port() > 0);
        }
    }

    private static ServerConfig load(Role role, Path file, List<String> sets) throws IOException {
        return ConfigLoader.load(new ConfigSources(
                role, role == Role.BROKER ? PRESETS : List.of(), file.toString(), Files.readString(file), Map.of(), sets,
                "host"));
    }
}
