package io.posthorse.server;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.replication.ConsensusEngine;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Loads the engine of a cluster, in cluster mode only. Its libraries are not on the class path of the server: they would be
 * opened at every start. They are in the directory {@code lib-cluster} beside that of the server's own.
 */
final class EngineLoader {
    private static final String DIRECTORY = "lib-cluster";

    private EngineLoader() {}

    /** @throws IOException where its libraries are not there */
    static ConsensusEngine load() throws IOException {
        Optional<ConsensusEngine> present = ServiceLoader.load(ConsensusEngine.class, own()).findFirst();
        if (present.isPresent()) {
            return present.get(); // an application or a test that has them on its class path
        }
        Path directory = directory();
        List<String> names = directory == null ? List.of() : DiskFileStore.entries(directory).orElse(List.of());
        if (names.isEmpty()) {
            throw new IOException("The libraries of the cluster are missing: there is no directory " + DIRECTORY
                    + " beside this program's libraries" + (directory == null ? "" : ", " + directory)
                    + ". Build or unpack Posthorse again");
        }
        URLClassLoader loader = new URLClassLoader("posthorse-cluster", jars(directory, names), own());
        Thread.currentThread().setContextClassLoader(loader); // by which the libraries find their parts
        return ServiceLoader.load(ConsensusEngine.class, loader).findFirst().orElseThrow(
                () -> new IOException("The libraries of the cluster in " + directory + " have no engine among them. Build or"
                        + " unpack Posthorse again"));
    }

    private static ClassLoader own() {
        return EngineLoader.class.getClassLoader();
    }

    /** Returns the directory beside that of the jar of this class; null where that is none. */
    private static Path directory() {
        try {
            Path place = Path.of(EngineLoader.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return place.getParent().resolveSibling(DIRECTORY);
        } catch (URISyntaxException | RuntimeException e) {
            return null;
        }
    }

    private static URL[] jars(Path directory, List<String> names) throws MalformedURLException {
        List<URL> jars = new ArrayList<>();
        for (String name : names) {
            if (name.endsWith(".jar")) {
                jars.add(directory.resolve(name).toUri().toURL());
            }
        }
        return jars.toArray(URL[]::new);
    }
}
