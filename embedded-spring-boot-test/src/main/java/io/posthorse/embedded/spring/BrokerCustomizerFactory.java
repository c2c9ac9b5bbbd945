package io.posthorse.embedded.spring;

import java.util.List;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Finds the annotation on a test class; Spring loads this class by {@code META-INF/spring.factories}. */
final class BrokerCustomizerFactory implements ContextCustomizerFactory {
    @Override
    public ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        AutoConfigureEmbeddedBroker annotation =
                TestContextAnnotationUtils.findMergedAnnotation(testClass, AutoConfigureEmbeddedBroker.class);
        return annotation == null ? null
                : new BrokerCustomizer(annotation.settings(), annotation.topics(), annotation.memory());
    }
}
