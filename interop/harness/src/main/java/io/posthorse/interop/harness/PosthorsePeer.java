package io.posthorse.interop.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The broker of this checkout, started by its launcher script. */
final class PosthorsePeer implements Peer {

    private static final Path LAUNCHER = Path.of("bin", "posthorse");

    /** Maximum heap; null for the launcher's default. */
    private final String heap;

    PosthorsePeer() {
        this(null);
    }

    PosthorsePeer(String heap) {
        this.heap = heap;
    }

    @Override
    public List<ProcessBuilder> commands(BrokerPlan plan) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(launcher(Path.of("").toAbsolutePath()).toString());
        command.addAll(List.of("start", "--data", plan.data().toString()));
        set(command, "listenPort", Integer.toString(plan.listenPort()));
        set(command, "nameserver.port", Integer.toString(plan.nameServerPort()));
        set(command, "openwire.port", Integer.toString(plan.jmsPort()));
        set(command, "grpcServerPort", Integer.toString(plan.grpcPort()));
        set(command, "brokerIP1", BrokerPlan.LOOPBACK);
        plan.settings().forEach((key, value) -> set(command, key, value));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (heap != null) {
            builder.environment().put("POSTHORSE_HEAP", heap);
        }
        return List.of(builder);
    }

    @Override
    public String readyText() {
        return "Posthorse is ready"; // all ports but that for gRPC are open
    }

    private static void set(List<String> command, String key, String value) {
        command.add("--set");
        command.add(key + "=" + value);
    }

    /** Returns the launcher in the nearest directory at or above a given one. */
    static Path launcher(Path from) throws IOException {
        for (Path folder = from; folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve(LAUNCHER);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IOException("no executable " + LAUNCHER + " in " + from + " or above");
    }
}
