package io.posthorse.protocol.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageOrBuilder;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.Message;
import io.posthorse.codec.grpc.MessageQueue;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.codec.grpc.SendMessageRequest;
import io.posthorse.codec.grpc.SubscriptionEntry;
import io.posthorse.codec.grpc.TelemetryCommand;
import java.util.List;
import java.util.stream.Stream;

/** The names that a request is about, in their namespaces: the same names with which the call is then carried out. */
final class NamedResources {
    private static final int NAMES_MAX = 1_024;

    private NamedResources() {}

    /** Returns the names for a source of {@link CallPermissions}; null where a required one is missing. */
    static List<String> of(String source, MessageOrBuilder request) {
        boolean optional = source.endsWith("?");
        List<String> found = bounded(find(optional ? source.substring(0, source.length() - 1) : source, request)
                .map(Resources::name));
        boolean isMissing = found.isEmpty() || found.stream().anyMatch(String::isEmpty);
        return !isMissing ? found : optional ? found.stream().filter(n -> !n.isEmpty()).toList() : null;
    }

    private static Stream<Resource> find(String source, MessageOrBuilder request) {
        return switch (source) {
            case "messages" -> ((SendMessageRequest) request).getMessagesList().stream().map(Message::getTopic);
            case "publishing" ->
                ((TelemetryCommand) request).getSettings().getPublishing().getTopicsList().stream();
            case "subscription" -> ((TelemetryCommand) request).getSettings().getSubscription().getSubscriptionsList()
                    .stream().map(SubscriptionEntry::getTopic);
            case "subscription.group" ->
                Stream.of(((TelemetryCommand) request).getSettings().getSubscription().getGroup());
            case "message_queue" -> Stream.of(((MessageQueue) request.getField(field(source, request))).getTopic());
            default -> Stream.of((Resource) request.getField(field(source, request)));
        };
    }

    private static FieldDescriptor field(String name, MessageOrBuilder request) {
        return request.getDescriptorForType().findFieldByName(name);
    }

    /** Limits the number of names, since each is checked. */
    private static List<String> bounded(Stream<String> names) {
        List<String> bounded = names.distinct().limit(NAMES_MAX + 1).toList();
        if (bounded.size() > NAMES_MAX) {
            throw new Refusal(Code.BAD_REQUEST, "the request names more than " + NAMES_MAX + " topics");
        }
        return bounded;
    }
}
