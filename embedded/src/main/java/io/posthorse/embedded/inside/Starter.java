package io.posthorse.embedded.inside;

import io.posthorse.embedded.seam.RunningServer;
import io.posthorse.embedded.seam.ServerStarter;
import io.posthorse.server.Server;
import io.posthorse.server.config.ConfigException;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The starter of servers on this class path. The other side creates it by name. */
public final class Starter implements ServerStarter {
    /** Held, since Java drops the level of loggers that are not referenced. */
    private static final Logger LOG = Logger.getLogger("io.posthorse");

    /** Creates the starter. A server inside a test logs only warnings and errors, unless the test sets a level. */
    public Starter() {
        if (LOG.getLevel() == null) {
            LOG.setLevel(Level.WARNING);
        }
    }

    @Override
    public RunningServer start(List<String> presets, List<String> settings) throws IOException {
        ConfigSources sources = new ConfigSources(
                ConfigSources.Role.BROKER, presets, null, null, Map.of(), settings, "embedded");
        try {
            return new Running(Server.startInside(ConfigLoader.load(sources)));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage().replace("--set: ", ""));
        }
    }

    private record Running(Server server) implements RunningServer {
        @Override
        public String host() {
            String bind = server.config().listen().bind();
            if (bind.equals("0.0.0.0")) {
                return "127.0.0.1";
            }
            return bind.contains(":") ? "[" + bind + "]" : bind;
        }

        @Override
        public int nameServerPort() {
            return server.nameServerPort();
        }

        @Override
        public void createTopic(String name, int queues) throws IOException {
            server.createTopic(name, queues);
        }

        @Override
        public int jmsPort() {
            return server.openwirePort();
        }

        @Override
        public int grpcPort() throws IOException {
            server.awaitGrpc();
            return server.grpcPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
