package io.posthorse.embedded.spring;

import io.posthorse.embedded.Broker;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * The addresses of a broker as properties. The one for gRPC is determined when it is read, since its port opens later. A
 * port that the settings turn off has no property.
 */
final class BrokerProperties extends EnumerablePropertySource<Broker> {
    private static final Map<String, Function<Broker, String>> ADDRESSES = new LinkedHashMap<>();

    static {
        ADDRESSES.put("spring.activemq.broker-url", Broker::jmsUrl);
        ADDRESSES.put("rocketmq.name-server", Broker::nameServer);
        ADDRESSES.put("spring.cloud.stream.rocketmq.binder.name-server", Broker::nameServer);
        ADDRESSES.put("posthorse.grpc-endpoints", Broker::grpcEndpoints);
    }

    BrokerProperties(Broker broker) {
        super("embedded broker", broker);
    }

    @Override
    public String[] getPropertyNames() {
        return ADDRESSES.keySet().toArray(new String[0]);
    }

    @Override
    public Object getProperty(String name) {
        Function<Broker, String> address = ADDRESSES.get(name);
        try {
            return address == null ? null : address.apply(getSource());
        } catch (IllegalStateException off) {
            return null;
        }
    }
}
