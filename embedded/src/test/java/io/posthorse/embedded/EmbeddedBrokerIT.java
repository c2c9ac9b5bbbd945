package io.posthorse.embedded;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The extension by annotation; {@link EmbeddedBrokerRunsIT} tests its work around a class. */
@EmbeddedBroker(settings = "openwire.enabled=false", memory = true)
class EmbeddedBrokerIT {
    private final Broker ofConstructor;

    EmbeddedBrokerIT(Broker broker) {
        ofConstructor = broker;
    }

    @Test
    void aTestGetsTheBrokerOfItsClass(Broker broker) {
        assertSame(ofConstructor, broker);
        assertTrue(Files.isDirectory(broker.directory()));
        assertThrows(IllegalStateException.class, broker::jmsUrl, "the annotation's settings have no effect");
    }

    @Nested
    class Inside {
        @Test
        void nestedClassesShareTheBroker(Broker broker) {
            assertSame(ofConstructor, broker);
        }
    }
}
