package io.posthorse.protocol.grpc;

import io.posthorse.codec.grpc.Address;
import io.posthorse.codec.grpc.Endpoints;
import io.posthorse.format.rocketmq.AnnouncedPort;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.format.rocketmq.TopicOnBroker;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The other masters of a topic that a client can reach: those whose gRPC port this broker knows. Used on the owner's
 * thread.
 */
final class OtherMasters {
    private static final long MASTER = 0;

    private final String ownName;
    private final Routes routes;

    /** A reachable master's offer of a topic. */
    record Master(TopicOnBroker offer, Endpoints endpoints) {}

    /** @param ownName name of this broker */
    OtherMasters(String ownName, Routes routes) {
        this.ownName = ownName;
        this.routes = routes;
    }

    /**
     * Finds them in the order of their names; {@code then} runs once, when their ports are known or the lookup has failed.
     */
    void find(Caller caller, String topic, Consumer<List<Master>> then) {
        routes.find(topic, brokers -> {
            List<TopicOnBroker> others = brokers.stream().filter(this::isOther).toList();
            if (others.isEmpty()) {
                then.accept(List.of());
                return;
            }
            TreeMap<String, Master> found = new TreeMap<>();
            int[] left = {others.size()};
            for (TopicOnBroker offer : others) {
                routes.find(offer.brokerName(), named -> {
                    add(caller, offer, port(offer.brokerName(), named), found);
                    if (--left[0] == 0) {
                        then.accept(List.copyOf(found.values()));
                    }
                });
            }
        });
    }

    /** Finds another master's port; the argument of {@code then} is null where it is unknown. */
    void port(String broker, Consumer<Address> then) {
        routes.find(broker, named -> then.accept(named.stream()
                .filter(offer -> isOther(offer) && offer.brokerName().equals(broker) && AnnouncedPort.of(offer) > 0
                        && !host(offer).isEmpty())
                .map(offer -> ReachableAddress.address(host(offer), AnnouncedPort.of(offer)))
                .findFirst()
                .orElse(null)));
    }

    private boolean isOther(TopicOnBroker offer) {
        return !offer.brokerName().equals(ownName) && offer.addresses().containsKey(MASTER);
    }

    /**
     * Returns the port that a broker announces in the topic of its name; 0 for none. Other brokers may have that topic too.
     */
    private static int port(String broker, List<TopicOnBroker> named) {
        return named.stream()
                .filter(offer -> offer.brokerName().equals(broker))
                .mapToInt(AnnouncedPort::of)
                .findFirst()
                .orElse(0);
    }

    private static void add(Caller caller, TopicOnBroker offer, int port, TreeMap<String, Master> found) {
        String host = host(offer);
        boolean isUsable = !isLoopback(host) || caller.local().getAddress().isLoopbackAddress();
        if (port > 0 && !host.isEmpty() && isUsable) {
            found.put(offer.brokerName(), new Master(offer, ReachableAddress.at(host, port)));
        }
    }

    private static String host(TopicOnBroker offer) {
        String address = offer.addresses().get(MASTER);
        return address.substring(0, Math.max(0, address.lastIndexOf(':'))).replace("[", "").replace("]", "");
    }

    /** Returns whether an address is usable only by clients on the same machine. */
    private static boolean isLoopback(String host) {
        return host.startsWith("127.") || host.equals("localhost") || host.equals("::1");
    }
}
