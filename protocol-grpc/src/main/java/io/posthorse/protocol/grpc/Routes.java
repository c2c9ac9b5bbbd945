package io.posthorse.protocol.grpc;

import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.codec.grpc.Address;
import io.posthorse.codec.grpc.AddressScheme;
import io.posthorse.codec.grpc.Assignment;
import io.posthorse.codec.grpc.Broker;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.Endpoints;
import io.posthorse.codec.grpc.MessageQueue;
import io.posthorse.codec.grpc.MessageType;
import io.posthorse.codec.grpc.Permission;
import io.posthorse.codec.grpc.QueryAssignmentRequest;
import io.posthorse.codec.grpc.QueryAssignmentResponse;
import io.posthorse.codec.grpc.QueryRouteRequest;
import io.posthorse.codec.grpc.QueryRouteResponse;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.format.rocketmq.Destinations;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.util.ArrayList;
import java.util.List;

/** Where a topic's queues are: always here, at the address that the client itself has dialled. */
final class Routes {
    private final io.posthorse.broker.Broker broker;
    private final Destinations destinations;
    private final RocketmqSettings settings;

    Routes(io.posthorse.broker.Broker broker, Destinations destinations, RocketmqSettings settings) {
        this.broker = broker;
        this.destinations = destinations;
        this.settings = settings;
    }

    QueryRouteResponse route(Caller caller, QueryRouteRequest request) {
        TopicSettings topic = topic(Resources.topic(request.getTopic()));
        int permissions = settings.allowed(topic.permissions());
        Broker here = here(caller, request.getEndpoints());
        QueryRouteResponse.Builder answer = QueryRouteResponse.newBuilder().setStatus(Refusal.ok());
        for (int i = 0; i < Math.max(topic.readPartitions(), topic.writePartitions()); i++) {
            boolean readable = i < topic.readPartitions() && (permissions & TopicSettings.READ) != 0;
            boolean writable = i < topic.writePartitions() && (permissions & TopicSettings.WRITE) != 0;
            if (readable || writable) {
                answer.addMessageQueues(queue(request.getTopic(), here, i, readable, writable)
                        .addAllAcceptMessageTypes(types(topic)));
            }
        }
        if (answer.getMessageQueuesCount() == 0) {
            throw new Refusal(Code.FORBIDDEN, "the topic " + request.getTopic().getName()
                    + " can neither be read nor written: its permission or brokerPermission forbids it");
        }
        return answer.build();
    }

    /** One queue stands for all where messages are lent from any; a group that reads in order sees each. */
    QueryAssignmentResponse assignment(Caller caller, QueryAssignmentRequest request) {
        TopicSettings topic = topic(Resources.topic(request.getTopic()));
        Subscription group = broker.subscription(Resources.group(request.getGroup()));
        Broker here = here(caller, request.getEndpoints());
        QueryAssignmentResponse.Builder answer = QueryAssignmentResponse.newBuilder().setStatus(Refusal.ok());
        if ((settings.allowed(topic.permissions()) & TopicSettings.READ) == 0) {
            return answer.build();
        }
        boolean ordered = group != null && group.settings().ordered();
        for (int i = 0; i < (ordered ? topic.readPartitions() : 1); i++) {
            answer.addAssignments(Assignment.newBuilder()
                    .setMessageQueue(queue(request.getTopic(), here, ordered ? i : -1, true, false)));
        }
        return answer.build();
    }

    /** A topic's settings, or those that it would be created with by the first message. */
    private TopicSettings topic(String name) {
        Topic topic = broker.topic(name);
        if (topic != null && !topic.isInternal()) {
            return topic.settings();
        }
        TopicSettings coming = topic == null ? destinations.settingsFor(name) : null;
        if (coming == null) {
            throw new Refusal(Code.TOPIC_NOT_FOUND, "the topic " + name + " does not exist, and it would not be created"
                    + " with its first message. Create it with updateTopic.");
        }
        return coming;
    }

    private static MessageQueue.Builder queue(Resource topic, Broker here, int id, boolean readable, boolean writable) {
        return MessageQueue.newBuilder()
                .setTopic(topic)
                .setId(id)
                .setBroker(here)
                .setPermission(readable && writable
                        ? Permission.READ_WRITE
                        : readable ? Permission.READ : Permission.WRITE);
    }

    /** The kinds of messages that a topic takes: all, where its attribute message.type does not name one. */
    static List<MessageType> types(TopicSettings topic) {
        return switch (topic.attributes().getOrDefault("message.type", "")) {
            case "NORMAL" -> List.of(MessageType.NORMAL);
            case "FIFO" -> List.of(MessageType.FIFO);
            case "DELAY" -> List.of(MessageType.DELAY);
            case "TRANSACTION" -> List.of(MessageType.TRANSACTION);
            default -> List.of(MessageType.NORMAL, MessageType.FIFO, MessageType.DELAY, MessageType.TRANSACTION);
        };
    }

    private Broker here(Caller caller, Endpoints dialled) {
        return Broker.newBuilder()
                .setName(settings.brokerName())
                .setId(0)
                .setEndpoints(endpoints(caller, dialled))
                .build();
    }

    private Endpoints endpoints(Caller caller, Endpoints dialled) {
        List<Address> known = new ArrayList<>(dialled.getAddressesList());
        Address reached = known.size() == 1 ? known.getFirst() : reached(caller);
        String host = settings.advertisedHost() == null ? reached.getHost() : settings.advertisedHost();
        return Endpoints.newBuilder()
                .setScheme(scheme(host))
                .addAddresses(Address.newBuilder().setHost(host).setPort(reached.getPort()))
                .build();
    }

    /** From what the connection says; a client that names several addresses may call them by no common name. */
    private static Address reached(Caller caller) {
        String authority = caller.authority();
        int colon = authority.lastIndexOf(':');
        if (colon > 0 && authority.substring(colon + 1).matches("[0-9]{1,5}")) {
            String host = authority.substring(0, colon);
            boolean isHost = host.matches("[a-zA-Z0-9.-]+|\\[[0-9a-fA-F:.]+]");
            if (isHost) {
                return Address.newBuilder()
                        .setHost(host.replace("[", "").replace("]", ""))
                        .setPort(Integer.parseInt(authority.substring(colon + 1)))
                        .build();
            }
        }
        return Address.newBuilder()
                .setHost(caller.local().getAddress().getHostAddress())
                .setPort(caller.local().getPort())
                .build();
    }

    private static AddressScheme scheme(String host) {
        if (host.indexOf(':') >= 0) {
            return AddressScheme.IPv6;
        }
        return host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}") ? AddressScheme.IPv4 : AddressScheme.DOMAIN_NAME;
    }
}
