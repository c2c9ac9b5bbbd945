package io.posthorse.embedded;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Complete runs of test classes with the extension. */
class EmbeddedBrokerRunsIT {
    private static final List<Path> SEEN = new ArrayList<>();

    @Test
    void aStaticFieldHasOneBrokerPerClass() {
        run(PerClass.class, 2);
        assertSame(SEEN.get(0), SEEN.get(1));
        assertFalse(Files.exists(SEEN.get(0)), "it was not closed");
    }

    @Test
    void anInstanceFieldHasOneBrokerPerTest() {
        run(PerTest.class, 2);
        assertNotSame(SEEN.get(0), SEEN.get(1));
        assertFalse(Files.exists(SEEN.get(0)) || Files.exists(SEEN.get(1)), "they were not closed");
    }

    @Test
    void thereIsNoBrokerOutsideOfTests() {
        assertThrows(IllegalStateException.class, new EmbeddedBrokerExtension()::broker);
    }

    private static void run(Class<?> tests, int count) {
        SEEN.clear();
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(tests)).execute()
                .testEvents().assertStatistics(all -> all.succeeded(count).failed(0));
    }

    static class PerClass {
        @RegisterExtension
        static final EmbeddedBrokerExtension BROKER =
                EmbeddedBrokerExtension.with(b -> b.setting("grpc.enabled", "false"));

        @Test
        void one() {
            SEEN.add(BROKER.broker().directory());
        }

        @Test
        void two(Broker broker) {
            SEEN.add(broker.directory());
            assertThrows(IllegalStateException.class, broker::grpcEndpoints);
        }
    }

    static class PerTest {
        @RegisterExtension
        final EmbeddedBrokerExtension broker = new EmbeddedBrokerExtension();

        @Test
        void one() {
            SEEN.add(broker.broker().directory());
        }

        @Test
        void two() {
            SEEN.add(broker.broker().directory());
        }
    }
}
