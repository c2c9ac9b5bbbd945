package io.posthorse.embedded.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a Spring test's application context a broker, which starts before the context's first bean and closes after its last
 * one. The context gets these properties, which take precedence over all others:
 *
 * <ul>
 *   <li>{@code spring.activemq.broker-url}, unless the settings turn JMS off
 *   <li>{@code rocketmq.name-server} and {@code spring.cloud.stream.rocketmq.binder.name-server}
 *   <li>{@code posthorse.grpc-endpoints}, for {@code rocketmq.producer.endpoints} and similar ones
 * </ul>
 *
 * <p>The {@link io.posthorse.embedded.Broker} itself is a bean. Test classes that share a context, since their
 * configurations are equal, share the broker and its messages.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface AutoConfigureEmbeddedBroker {
    /** Settings of the broker, each {@code key=value}; see {@link io.posthorse.embedded.BrokerBuilder#setting}. */
    String[] settings() default {};

    /**
     * Topics that exist from the start. A RocketMQ listener that starts before its topic exists finds it up to 30 s later,
     * so name its topic here.
     */
    String[] topics() default {};

    /**
     * Whether its files are in memory where the machine has a file system for that; see
     * {@link io.posthorse.embedded.BrokerBuilder#preferMemory}.
     */
    boolean memory() default false;
}
