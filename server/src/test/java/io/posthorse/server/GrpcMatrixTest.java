package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.ClientType;
import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.Publishing;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.Settings;
import apache.rocketmq.v2.Status;
import apache.rocketmq.v2.Subscription;
import apache.rocketmq.v2.SubscriptionEntry;
import apache.rocketmq.v2.TelemetryCommand;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every gRPC call with every role on a running server; the expected results are computed from the documents. */
class GrpcMatrixTest {
    private static final Pattern ROW = Pattern.compile("\\| ([A-Z][a-zA-Z]+) \\| ((?:Topic|Group)\\(.*) \\|");
    private static final Pattern PART = Pattern.compile("(Topic|Group)\\(([^)]+)\\) ([A-Za-z/]+)");
    private static final Resource TOPIC = Resource.newBuilder().setName("T").build();
    private static final Resource GROUP = Resource.newBuilder().setName("G").build();

    @TempDir
    Path directory;

    /** The permissions of a role: actions on topic T and on group G. */
    private record Role(GrpcUser user, Set<String> topic, Set<String> group) {
        boolean may(String words) {
            return List.of(words.split(", ")).stream().allMatch(text -> {
                Matcher part = PART.matcher(text);
                assertTrue(part.matches(), text);
                Set<String> owned = part.group(1).equals("Topic") ? topic : group;
                return List.of(part.group(3).split("/")).stream().anyMatch(owned::contains);
            });
        }
    }

    @Test
    void secT07EveryCallWithEveryRole() throws Exception {
        Map<String, String> table = table();
        List<String> unexpected = new ArrayList<>();
        try (Users users = Users.start(directory)) {
            users.user("pub", "Topic:T Pub Allow").user("sub", "Topic:T Sub Allow", "Group:G Sub Allow")
                    .user("see", "Topic:T Get Allow", "Group:G Get Allow").user("none")
                    .user("half", "Topic:T Sub Allow").user("off", "Topic:T All Allow", "Group:G All Allow");
            users.root().ask(3002, Map.of("username", "off"), TestBroker.text("{\"userStatus\":\"disable\"}"));
            Set<String> all = Set.of("Pub", "Sub", "Get", "Update");
            Map<String, Role> roles = new LinkedHashMap<>();
            roles.put("nobody", role(users, null, Set.of(), Set.of()));
            roles.put("none", role(users, "none", Set.of(), Set.of()));
            roles.put("pub", role(users, "pub", Set.of("Pub"), Set.of()));
            roles.put("sub", role(users, "sub", Set.of("Sub"), Set.of("Sub")));
            roles.put("half", role(users, "half", Set.of("Sub"), Set.of()));
            roles.put("see", role(users, "see", Set.of("Get"), Set.of("Get")));
            roles.put("off", role(users, "off", Set.of(), Set.of()));
            roles.put("super", role(users, "root", all, all));
            roles.put("super, long ago", role(users, "root", Set.of(), Set.of()));
            roles.get("super, long ago").user.at(GrpcUser.at(Instant.now().minusSeconds(360), ZoneOffset.UTC));
            for (MethodDescriptor<?, ?> method : MessagingServiceGrpc.getServiceDescriptor().getMethods()) {
                String words = table.remove(method.getBareMethodName());
                assertTrue(words != null, method + " is not in docs/access-control.md");
                roles.forEach((name, role) -> check(method, words, name, role, unexpected));
            }
            roles.values().forEach(role -> role.user.close());
        }
        assertEquals(List.of(), unexpected);
        assertEquals(Map.of(), table, "documented calls that do not exist");
    }

    private static Role role(Users users, String name, Set<String> topic, Set<String> group) throws IOException {
        GrpcUser user = GrpcUser.connect(users.broker());
        return new Role(name == null ? user : user.as(name, Users.secret(name)), topic, group);
    }

    private static void check(
            MethodDescriptor<?, ?> method, String words, String name, Role role, List<String> unexpected) {
        String outcome = outcome(method, role.user);
        boolean refused = outcome.contains("No permission: ");
        if (refused == role.may(words)) {
            unexpected.add(method.getBareMethodName() + " as " + name + ": " + outcome);
        }
        boolean unknown = name.equals("nobody") || name.endsWith("ago");
        if (refused && unknown != (outcome.startsWith("UNAUTHORIZED") || outcome.startsWith("UNAUTHENTICATED"))) {
            unexpected.add(method.getBareMethodName() + " as " + name + " has another code: " + outcome);
        }
    }

    @SuppressWarnings("unchecked")
    private static String outcome(MethodDescriptor<?, ?> method, GrpcUser user) {
        MethodDescriptor<Message, Message> call = (MethodDescriptor<Message, Message>) method;
        try {
            Iterator<Message> answers = ClientCalls.blockingServerStreamingCall(
                    io.grpc.ClientInterceptors.intercept(user.channel(), user), call.toBuilder()
                            .setType(MethodDescriptor.MethodType.SERVER_STREAMING).build(),
                    CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), request(method));
            Message answer = answers.next();
            Status status = (Status) answer.getField(answer.getDescriptorForType().findFieldByName("status"));
            return status.getCode() + " " + status.getMessage();
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() + " " + e.getStatus().getDescription();
        }
    }

    /** Returns a request with topic T and group G in all its names. */
    private static Message request(MethodDescriptor<?, ?> method) {
        var schema = ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor().getInputType();
        if (method.getBareMethodName().equals("SendMessage")) {
            return SendMessageRequest.newBuilder()
                    .addMessages(apache.rocketmq.v2.Message.newBuilder().setTopic(TOPIC)).build();
        }
        if (method.getBareMethodName().equals("Telemetry")) {
            return TelemetryCommand.newBuilder().setSettings(settings()).build();
        }
        Message.Builder request = ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
                .getMessagePrototype() instanceof Message prototype ? prototype.newBuilderForType() : null;
        for (FieldDescriptor field : schema.getFields()) {
            switch (field.getName()) {
                case "topic" -> request.setField(field, TOPIC);
                case "group" -> request.setField(field, GROUP);
                case "message_queue" -> request.setField(field, MessageQueue.newBuilder().setTopic(TOPIC).build());
                default -> { }
            }
        }
        return request.build();
    }

    private static Settings settings() {
        return Settings.newBuilder().setClientType(ClientType.PUSH_CONSUMER).setSubscription(Subscription.newBuilder()
                .setGroup(GROUP).addSubscriptions(SubscriptionEntry.newBuilder().setTopic(TOPIC))).build();
    }

    @Test
    void settingsOfProducersNeedPermissionForTheirTopics() throws Exception {
        try (Users users = Users.start(directory)) {
            users.user("pub", "Topic:T Pub Allow");
            MethodDescriptor<?, ?> method = MessagingServiceGrpc.getTelemetryMethod();
            Publishing both = Publishing.newBuilder().addTopics(TOPIC).addTopics(TOPIC.toBuilder().setName("U")).build();
            try (GrpcUser pub = GrpcUser.connect(users.broker()).as("pub", Users.secret("pub"))) {
                assertTrue(told(pub, both.toBuilder().removeTopics(1).build()).startsWith("OK"));
                String refused = told(pub, both);
                assertTrue(refused.contains("no rule of user pub allows Pub on Topic:U"), method + refused);
            }
        }
    }

    private static String told(GrpcUser user, Publishing publishing) {
        TelemetryCommand command = TelemetryCommand.newBuilder().setSettings(Settings.newBuilder()
                .setClientType(ClientType.PRODUCER).setPublishing(publishing)).build();
        try {
            Iterator<TelemetryCommand> answers = ClientCalls.blockingServerStreamingCall(
                    io.grpc.ClientInterceptors.intercept(user.channel(), user),
                    MessagingServiceGrpc.getTelemetryMethod().toBuilder()
                            .setType(MethodDescriptor.MethodType.SERVER_STREAMING).build(),
                    CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), command);
            return answers.next().getStatus().getCode().toString();
        } catch (StatusRuntimeException e) {
            return e.getStatus().toString();
        }
    }

    private static Map<String, String> table() throws IOException {
        Map<String, String> table = new TreeMap<>();
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("ARCHITECTURE.md"))) {
            at = at.getParent();
        }
        for (String line : Files.readAllLines(at.resolve("docs/access-control.md"))) {
            Matcher row = ROW.matcher(line.replace("\\|", "/"));
            if (row.matches()) {
                // another test covers the settings of producers
                table.put(row.group(1), row.group(2).replace("Topic(publishing?) Pub, ", ""));
            }
        }
        assertTrue(table.size() > 10, "found only " + table);
        return table;
    }
}
