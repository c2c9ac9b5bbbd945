package io.posthorse.interop.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Another module, whose class path a test runs. */
final class ClientModule {

    private static final Path CLIENTS = Path.of("..", "clients").toAbsolutePath().normalize();

    private ClientModule() {
    }

    /** Returns the class path of the module with its dependencies. */
    static String classPath(String module) throws IOException {
        Path target = CLIENTS.resolve(module).resolve("target");
        Path list = target.resolve("classpath.txt");
        if (!Files.isReadable(list)) {
            throw new IOException("build the module " + module + " first: " + list + " is missing");
        }
        return target.resolve("classes") + java.io.File.pathSeparator + Files.readString(list).trim();
    }
}
