package io.posthorse.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationDocTest {
    private static final Path FILE = Path.of("..", "docs", "configuration.md");

    /** With the system property {@code posthorse.docs.write=true} the file is written anew first. */
    @Test
    void theCommittedFileIsWhatTheDeclarationsSay() throws IOException {
        if (Boolean.getBoolean("posthorse.docs.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, ConfigurationDoc.text());
        }

        assertEquals(ConfigurationDoc.text(), Files.readString(FILE), "the file itself says how to write it anew");
    }
}
