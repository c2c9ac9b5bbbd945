package io.posthorse.embedded.spring;

import io.posthorse.embedded.Broker;
import io.posthorse.embedded.BrokerBuilder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Starts a broker for a context. Customizers with equal settings are equal: Spring uses them in the key of its cache of
 * contexts.
 */
final class BrokerCustomizer implements ContextCustomizer {
    private final List<String> settings;
    private final List<String> topics;
    private final boolean memory;

    BrokerCustomizer(String[] settings, String[] topics, boolean memory) {
        this.settings = Collections.unmodifiableList(Arrays.asList(settings.clone()));
        this.topics = Collections.unmodifiableList(Arrays.asList(topics.clone()));
        this.memory = memory;
    }

    /**
     * Registers the broker first: Spring destroys beans in the reverse order, so the broker outlives all clients.
     */
    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
        BrokerBuilder builder = Broker.builder().settings(settings.toArray(new String[0]))
                .topics(topics.toArray(new String[0]));
        if (memory) {
            builder.preferMemory();
        }
        Broker broker = builder.start();
        context.getBeanFactory().registerSingleton("embeddedBroker", broker);
        ((DefaultSingletonBeanRegistry) context.getBeanFactory()).registerDisposableBean("embeddedBroker", broker::close);
        context.getEnvironment().getPropertySources().addFirst(new BrokerProperties(broker));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BrokerCustomizer
                && ((BrokerCustomizer) other).settings.equals(settings)
                && ((BrokerCustomizer) other).topics.equals(topics)
                && ((BrokerCustomizer) other).memory == memory;
    }

    @Override
    public int hashCode() {
        return Objects.hash(settings, topics, memory);
    }
}
