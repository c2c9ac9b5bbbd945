package io.posthorse.interop.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosthorsePeerTest {

    @TempDir
    Path root;

    @Test
    void findsTheLauncherAboveTheModule() throws IOException {
        Path launcher = Files.createDirectories(root.resolve("bin")).resolve("posthorse");
        Files.writeString(launcher, "#!/bin/sh\n");
        Path module = Files.createDirectories(root.resolve("interop/suite"));
        assertThrows(IOException.class, () -> PosthorsePeer.launcher(module), "not executable yet");
        assertTrue(launcher.toFile().setExecutable(true));
        assertEquals(launcher, PosthorsePeer.launcher(module));
    }

    @Test
    void namesTheMissingLauncher() {
        IOException thrown = assertThrows(IOException.class, () -> PosthorsePeer.launcher(root));
        assertTrue(thrown.getMessage().contains(Path.of("bin", "posthorse").toString()), thrown.getMessage());
    }
}
