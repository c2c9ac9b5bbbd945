package io.posthorse.embedded;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A JUnit 5 test class with its own broker: started before the first of its tests, closed after the last. Its tests, its
 * constructor and its lifecycle methods may have a parameter of type {@link Broker}. Nested classes share the broker.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EmbeddedBrokerExtension.class)
public @interface EmbeddedBroker {
    /** Settings of the broker, each {@code key=value}; see {@link BrokerBuilder#setting}. */
    String[] settings() default {};

    /** Topics that exist from the start; see {@link BrokerBuilder#topics}. */
    String[] topics() default {};

    /** Whether its files are in memory where there is a file system for that; see {@link BrokerBuilder#preferMemory}. */
    boolean memory() default false;
}
