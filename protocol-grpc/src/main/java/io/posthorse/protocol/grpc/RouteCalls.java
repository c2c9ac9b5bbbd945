package io.posthorse.protocol.grpc;

import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
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
import io.posthorse.codec.grpc.Status;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicOnBroker;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The calls that ask for a topic's queues. A broker without other masters is at the address that the client has dialled;
 * otherwise each master has its own address, whichever of them is asked.
 */
final class RouteCalls {
    private static final List<MessageType> ALL_TYPES =
            List.of(MessageType.NORMAL, MessageType.FIFO, MessageType.DELAY, MessageType.TRANSACTION);

    private final io.posthorse.broker.Broker broker;
    private final TopicsAndGroups destinations;
    private final RocketmqSettings settings;
    private final OtherMasters others;

    /** One master's offer of a topic. */
    private record Offer(Broker broker, int readQueues, int writeQueues, int permissions) {
        boolean isReadable(int queue) {
            return queue < readQueues && (permissions & TopicSettings.READ) != 0;
        }

        boolean isWritable(int queue) {
            return queue < writeQueues && (permissions & TopicSettings.WRITE) != 0;
        }
    }

    RouteCalls(
            io.posthorse.broker.Broker broker, TopicsAndGroups destinations, RocketmqSettings settings,
            OtherMasters others) {
        this.broker = broker;
        this.destinations = destinations;
        this.settings = settings;
        this.others = others;
    }

    /** Answers once, when the other masters are known. */
    void route(Caller caller, QueryRouteRequest request, Consumer<QueryRouteResponse> answer) {
        find(caller, Resources.topic(request.getTopic()), request.getEndpoints(), (masters, here) -> answer.accept(guarded(
                () -> route(request, masters, here),
                status -> QueryRouteResponse.newBuilder().setStatus(status).build())));
    }

    /** Answers once, when the other masters are known. */
    void assignment(Caller caller, QueryAssignmentRequest request, Consumer<QueryAssignmentResponse> answer) {
        find(caller, Resources.topic(request.getTopic()), request.getEndpoints(), (masters, here) -> answer.accept(guarded(
                () -> assignment(request, masters, here),
                status -> QueryAssignmentResponse.newBuilder().setStatus(status).build())));
    }

    /**
     * Finds the other masters of a topic, and this broker's address for the client, which depends on whether there are
     * others.
     */
    private void find(
            Caller caller, String topic, Endpoints dialled, BiConsumer<List<OtherMasters.Master>, Endpoints> then) {
        String host = settings.advertisedHost();
        others.find(caller, topic, masters -> {
            if (masters.isEmpty()) {
                others.find(caller, settings.cluster(), all -> then.accept(
                        masters, all.isEmpty() ? ReachableAddress.dialled(caller, dialled, host)
                        : ReachableAddress.here(caller, host)));
            } else {
                then.accept(masters, ReachableAddress.here(caller, host));
            }
        });
    }

    private static <A> A guarded(Supplier<A> work, Function<Status, A> refused) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            return refused.apply(Calls.status(e));
        }
    }

    private QueryRouteResponse route(
            QueryRouteRequest request, List<OtherMasters.Master> masters, Endpoints here) {
        TopicSettings own = own(Resources.topic(request.getTopic()), masters);
        QueryRouteResponse.Builder answer = QueryRouteResponse.newBuilder().setStatus(Refusal.ok());
        for (Offer offer : offers(own, here, masters)) {
            for (int i = 0; i < Math.max(offer.readQueues, offer.writeQueues); i++) {
                if (offer.isReadable(i) || offer.isWritable(i)) {
                    answer.addMessageQueues(
                            queue(request.getTopic(), offer.broker, i, offer.isReadable(i), offer.isWritable(i))
                                    .addAllAcceptMessageTypes(own == null ? ALL_TYPES : types(own)));
                }
            }
        }
        if (answer.getMessageQueuesCount() == 0) {
            throw new Refusal(Code.FORBIDDEN, "the topic " + request.getTopic().getName()
                    + " can neither be read nor written: its permission or brokerPermission forbids it");
        }
        return answer.build();
    }

    /**
     * Returns the assignment: one queue for all of a master where messages are lent from any, each queue for a group that
     * reads in order.
     */
    private QueryAssignmentResponse assignment(
            QueryAssignmentRequest request, List<OtherMasters.Master> masters, Endpoints here) {
        TopicSettings own = own(Resources.topic(request.getTopic()), masters);
        Subscription group = broker.subscription(Resources.group(request.getGroup()));
        boolean ordered = group != null && group.settings().ordered();
        QueryAssignmentResponse.Builder answer = QueryAssignmentResponse.newBuilder().setStatus(Refusal.ok());
        for (Offer offer : offers(own, here, masters)) {
            for (int i = 0; i < (ordered ? offer.readQueues : 1) && offer.isReadable(i); i++) {
                answer.addAssignments(Assignment.newBuilder().setMessageQueue(
                        queue(request.getTopic(), offer.broker, ordered ? i : -1, true, false)));
            }
        }
        return answer.build();
    }

    /**
     * Returns a topic's settings here, or those with which its first message would create it; null where it is only
     * elsewhere.
     */
    private TopicSettings own(String name, List<OtherMasters.Master> masters) {
        Topic topic = broker.topic(name);
        if (topic != null && !topic.isInternal()) {
            return topic.settings();
        }
        if (topic == null && !masters.isEmpty()) {
            return null;
        }
        TopicSettings future = topic == null ? destinations.settingsFor(name) : null;
        if (future == null) {
            throw new Refusal(Code.TOPIC_NOT_FOUND, "the topic " + name + " does not exist, and its first message would not"
                    + " create it. Create it with updateTopic.");
        }
        return future;
    }

    /** Returns the offers in the order of the masters' names. */
    private List<Offer> offers(TopicSettings own, Endpoints here, List<OtherMasters.Master> masters) {
        List<Offer> offers = new ArrayList<>();
        for (OtherMasters.Master master : masters) {
            TopicOnBroker offer = master.offer();
            offers.add(new Offer(
                    broker(offer.brokerName(), master.endpoints()), offer.readQueues(), offer.writeQueues(),
                    offer.permissions()));
        }
        if (own != null) {
            offers.add(new Offer(
                    broker(settings.brokerName(), here), own.readPartitions(), own.writePartitions(),
                    settings.allowed(own.permissions())));
        }
        offers.sort(Comparator.comparing(offer -> offer.broker.getName()));
        return offers;
    }

    private static Broker broker(String name, Endpoints endpoints) {
        return Broker.newBuilder().setName(name).setId(0).setEndpoints(endpoints).build();
    }

    private static MessageQueue.Builder queue(Resource topic, Broker on, int id, boolean readable, boolean writable) {
        return MessageQueue.newBuilder()
                .setTopic(topic)
                .setId(id)
                .setBroker(on)
                .setPermission(readable && writable
                        ? Permission.READ_WRITE
                        : readable ? Permission.READ : Permission.WRITE);
    }

    /** Returns the message types that a topic accepts: all, unless its attribute message.type names one. */
    static List<MessageType> types(TopicSettings topic) {
        return switch (topic.attributes().getOrDefault("message.type", "")) {
            case "NORMAL" -> List.of(MessageType.NORMAL);
            case "FIFO" -> List.of(MessageType.FIFO);
            case "DELAY" -> List.of(MessageType.DELAY);
            case "TRANSACTION" -> List.of(MessageType.TRANSACTION);
            default -> ALL_TYPES;
        };
    }
}
