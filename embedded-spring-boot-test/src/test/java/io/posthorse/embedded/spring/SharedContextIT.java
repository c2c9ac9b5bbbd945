package io.posthorse.embedded.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.embedded.Broker;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ContextCustomizer;

/** The lifetime of a broker, and its sharing between test classes. */
class SharedContextIT {
    @Test
    void theBrokerIsClosedAfterAllBeansOfItsContext() {
        GenericApplicationContext context = context(new BrokerCustomizer(new String[0], new String[0], true));
        boolean[] alive = new boolean[1];
        Broker broker = context.getBean(Broker.class);
        context.registerBean("client", AutoCloseable.class, () -> () -> alive[0] = Files.exists(broker.directory()));
        context.getBean("client");
        Environment environment = context.getEnvironment();
        assertEquals(broker.jmsUrl(), environment.getProperty("spring.activemq.broker-url"));
        assertEquals(broker.nameServer(), environment.getProperty("rocketmq.name-server"));
        assertEquals(broker.nameServer(), environment.getProperty("spring.cloud.stream.rocketmq.binder.name-server"));
        context.close();
        assertTrue(alive[0], "the broker was closed before its client");
        assertFalse(Files.exists(broker.directory()));
    }

    @Test
    void aDisabledPortHasNoProperty() {
        try (GenericApplicationContext context =
                context(new BrokerCustomizer(
                        new String[] {"openwire.enabled=false", "grpc.enabled=false"}, new String[0], false))) {
            assertNull(context.getEnvironment().getProperty("spring.activemq.broker-url"));
            assertNull(context.getEnvironment().getProperty("posthorse.grpc-endpoints"));
        }
    }

    @Test
    void classesOfOneConfigurationShareAContext() {
        ContextCustomizer plain = customizer(Plain.class);
        assertEquals(plain, customizer(Inherited.class));
        assertEquals(plain.hashCode(), customizer(Inherited.class).hashCode());
        assertNotEquals(plain, customizer(Other.class));
        assertNull(customizer(Without.class));
    }

    private static ContextCustomizer customizer(Class<?> test) {
        return new BrokerCustomizerFactory().createContextCustomizer(test, List.of());
    }

    private static GenericApplicationContext context(ContextCustomizer customizer) {
        GenericApplicationContext context = new GenericApplicationContext();
        customizer.customizeContext(context, null);
        context.refresh();
        return context;
    }

    @AutoConfigureEmbeddedBroker
    private static class Plain {}

    private static class Inherited extends Plain {}

    @AutoConfigureEmbeddedBroker(settings = "maxMessageSize=2048")
    private static class Other {}

    private static class Without {}
}
