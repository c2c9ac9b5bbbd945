package io.posthorse.embedded.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A Spring test whose application context has a broker: started before the context's first bean, closed after its last one.
 * The context has these properties, which outrank all others:
 *
 * <ul>
 *   <li>{@code spring.activemq.broker-url}, unless the settings turn JMS off
 *   <li>{@code rocketmq.name-server} and {@code spring.cloud.stream.rocketmq.binder.name-server}
 *   <li>{@code posthorse.grpc-endpoints}, for {@code rocketmq.producer.endpoints} and its like
 * </ul>
 *
 * <p>The {@link io.posthorse.embedded.Broker} itself is a bean. Test classes that share a context, as Spring keeps it for
 * classes of the same configuration, share the broker and what is in it.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface AutoConfigureEmbeddedBroker {
    /** Settings of the broker, each {@code key=value}; see {@link io.posthorse.embedded.BrokerBuilder#setting}. */
    String[] settings() default {};

    /**
     * Topics that are there from the start. A listener of RocketMQ that begins before its topic exists finds it up to 30
     * seconds later: so name its topic here.
     */
    String[] topics() default {};

    /**
     * Whether its files lie in memory where there is a file system for that; see
     * {@link io.posthorse.embedded.BrokerBuilder#preferMemory}.
     */
    boolean memory() default false;
}
