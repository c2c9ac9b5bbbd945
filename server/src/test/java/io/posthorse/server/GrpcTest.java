package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.AckMessageEntry;
import apache.rocketmq.v2.AckMessageRequest;
import apache.rocketmq.v2.AckMessageResponse;
import apache.rocketmq.v2.Address;
import apache.rocketmq.v2.AddressScheme;
import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.Endpoints;
import apache.rocketmq.v2.GetOffsetRequest;
import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.MessageType;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.MessagingServiceGrpc.MessagingServiceBlockingStub;
import apache.rocketmq.v2.NotifyClientTerminationRequest;
import apache.rocketmq.v2.PullMessageRequest;
import apache.rocketmq.v2.PullMessageResponse;
import apache.rocketmq.v2.QueryOffsetPolicy;
import apache.rocketmq.v2.QueryOffsetRequest;
import apache.rocketmq.v2.QueryRouteRequest;
import apache.rocketmq.v2.QueryRouteResponse;
import apache.rocketmq.v2.ReceiveMessageRequest;
import apache.rocketmq.v2.ReceiveMessageResponse;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.SendMessageResponse;
import apache.rocketmq.v2.SyncLiteSubscriptionRequest;
import apache.rocketmq.v2.SystemProperties;
import apache.rocketmq.v2.UpdateOffsetRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls of the gRPC port. */
class GrpcTest {
    private static final Resource TOPIC = Resource.newBuilder().setName("T").build();
    private static final Resource GROUP = Resource.newBuilder().setName("G").build();

    @TempDir
    Path directory;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private TestBroker broker;

    @AfterEach
    void stop() throws Exception {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        if (broker != null) {
            broker.close();
        }
    }

    private MessagingServiceBlockingStub start(boolean encrypted, String... sets) throws IOException {
        if (broker == null) {
            broker = TestBroker.start(directory, sets);
        }
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress("localhost", broker.server().grpcPort());
        if (encrypted) {
            builder.sslContext(context());
        } else {
            builder.usePlaintext();
        }
        ManagedChannel channel = builder.build();
        channels.add(channel);
        return MessagingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static io.netty.handler.ssl.SslContext context() throws SSLException {
        return GrpcSslContexts.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
    }

    private static Message.Builder message(String id) {
        return Message.newBuilder().setTopic(TOPIC).setBody(ByteString.copyFromUtf8("body " + id)).setSystemProperties(
                SystemProperties.newBuilder().setMessageId(id).setMessageType(MessageType.NORMAL));
    }

    private static Code send(MessagingServiceBlockingStub stub, Message.Builder message) {
        return stub.sendMessage(SendMessageRequest.newBuilder().addMessages(message).build()).getStatus().getCode();
    }

    private static ReceiveMessageRequest receive(long pollMs, int seconds) {
        return ReceiveMessageRequest.newBuilder()
                .setGroup(GROUP)
                .setMessageQueue(MessageQueue.newBuilder().setTopic(TOPIC).setId(-1))
                .setBatchSize(16)
                .setInvisibleDuration(Duration.newBuilder().setSeconds(seconds))
                .setLongPollingTimeout(Duration.newBuilder()
                        .setSeconds(pollMs / 1_000).setNanos((int) (pollMs % 1_000) * 1_000_000))
                .build();
    }

    private static List<Message> messages(Iterator<ReceiveMessageResponse> parts) {
        List<Message> messages = new ArrayList<>();
        parts.forEachRemaining(part -> {
            if (part.hasMessage()) {
                messages.add(part.getMessage());
            }
        });
        return messages;
    }

    private static Code ack(MessagingServiceBlockingStub stub, String handle) {
        AckMessageResponse answer = stub.ackMessage(AckMessageRequest.newBuilder()
                .setGroup(GROUP).setTopic(TOPIC).addEntries(AckMessageEntry.newBuilder().setReceiptHandle(handle)).build());
        return answer.getStatus().getCode();
    }

    @Test
    void theRouteCarriesTheAddressThatTheClientDialled() throws Exception {
        MessagingServiceBlockingStub stub = start(false);
        Endpoints mapped = Endpoints.newBuilder().setScheme(AddressScheme.DOMAIN_NAME)
                .addAddresses(Address.newBuilder().setHost("mq.example").setPort(18_081)).build();

        QueryRouteResponse asked = stub.queryRoute(
                QueryRouteRequest.newBuilder().setTopic(TOPIC).setEndpoints(mapped).build());
        QueryRouteResponse silent = stub.queryRoute(QueryRouteRequest.newBuilder().setTopic(TOPIC).build());

        assertEquals(4, asked.getMessageQueuesCount());
        assertEquals(mapped, asked.getMessageQueues(0).getBroker().getEndpoints());
        Address dialled = silent.getMessageQueues(0).getBroker().getEndpoints().getAddresses(0);
        assertEquals("localhost", dialled.getHost());
        assertEquals(broker.server().grpcPort(), dialled.getPort());
    }

    @Test
    void anAdvertisedHostReplacesTheDialledOne() throws Exception {
        QueryRouteResponse answer =
                start(false, "brokerIP1=10.1.2.3").queryRoute(QueryRouteRequest.newBuilder().setTopic(TOPIC).build());

        assertEquals("10.1.2.3", answer.getMessageQueues(0).getBroker().getEndpoints().getAddresses(0).getHost());
        assertEquals(AddressScheme.IPv4, answer.getMessageQueues(0).getBroker().getEndpoints().getScheme());
    }

    @Test
    void everyFaultOfAMessageHasItsCode() throws Exception {
        MessagingServiceBlockingStub stub = start(false, "maxMessageSize=2048");
        Message.Builder good = message("1");

        assertEquals(Code.OK, send(stub, good));
        assertEquals(Code.ILLEGAL_TOPIC, send(stub, message("1").setTopic(Resource.newBuilder().setName("a b"))));
        assertEquals(Code.ILLEGAL_TOPIC,
                send(stub, message("1").setTopic(Resource.newBuilder().setName("SCHEDULE_TOPIC_XXXX"))));
        assertEquals(Code.ILLEGAL_MESSAGE_ID, send(stub, message("")));
        assertEquals(Code.MESSAGE_BODY_TOO_LARGE, send(stub, message("1").setBody(ByteString.copyFrom(new byte[2_049]))));
        assertEquals(Code.ILLEGAL_MESSAGE_PROPERTY_KEY, send(stub, message("1").putUserProperties("UNIQ_KEY", "x")));
        assertEquals(Code.ILLEGAL_MESSAGE_PROPERTY_KEY,
                send(stub, message("1").putUserProperties("a", "b\u0002TAGS\u0001x")));
        assertEquals(Code.MESSAGE_PROPERTIES_TOO_LARGE,
                send(stub, message("1").putUserProperties("a", "x".repeat(40_000))));
        assertEquals(Code.ILLEGAL_MESSAGE_TAG, send(stub, with(s -> s.setTag("a|b"))));
        assertEquals(Code.ILLEGAL_MESSAGE_KEY, send(stub, with(s -> s.addKeys(" "))));
        assertEquals(Code.ILLEGAL_MESSAGE_GROUP, send(stub, with(s -> s.setMessageType(MessageType.FIFO))));
        assertEquals(Code.MESSAGE_PROPERTY_CONFLICT_WITH_TYPE, send(stub, with(s -> s.setMessageGroup("g"))));
        assertEquals(Code.UNSUPPORTED, send(stub, with(s -> s.setMessageType(MessageType.LITE))));
        assertEquals(Code.BAD_REQUEST, stub.sendMessage(SendMessageRequest.getDefaultInstance()).getStatus().getCode());
    }

    private static Message.Builder with(java.util.function.Consumer<SystemProperties.Builder> change) {
        Message.Builder message = message("1");
        change.accept(message.getSystemPropertiesBuilder());
        return message;
    }

    @Test
    void everyMessageOfARequestHasItsResult() throws Exception {
        SendMessageResponse answer = start(false).sendMessage(
                SendMessageRequest.newBuilder().addMessages(message("a")).addMessages(message("b")).build());

        assertEquals(Code.OK, answer.getStatus().getCode());
        assertEquals("a", answer.getEntries(0).getMessageId());
        assertEquals(List.of(0L, 1L), answer.getEntriesList().stream().map(e -> e.getOffset()).toList());
    }

    @Test
    void aReceiveWaitsForAMessageThatIsSettledByItsReceipt() throws Exception {
        MessagingServiceBlockingStub stub = start(false);
        assertEquals(Code.MESSAGE_NOT_FOUND, stub.receiveMessage(receive(0, 10)).next().getStatus().getCode());

        Iterator<ReceiveMessageResponse> waiting = stub.receiveMessage(receive(10_000, 10));
        send(stub, message("1"));
        List<Message> got = messages(waiting);

        assertEquals("body 1", got.getFirst().getBody().toStringUtf8());
        assertEquals(1, got.getFirst().getSystemProperties().getDeliveryAttempt());
        String handle = got.getFirst().getSystemProperties().getReceiptHandle();
        assertEquals(Code.OK, ack(stub, handle));
        assertEquals(Code.OK, ack(stub, handle), "acknowledging again is accepted");
        assertEquals(Code.INVALID_RECEIPT_HANDLE, ack(stub, "nonsense"));
        assertEquals(List.of(), messages(stub.receiveMessage(receive(0, 10))));
    }

    @Test
    void unacknowledgedMessagesAreLentAgain() throws Exception {
        MessagingServiceBlockingStub stub = start(false);
        send(stub, message("1"));
        String first = messages(stub.receiveMessage(receive(5_000, 1))).getFirst().getSystemProperties().getReceiptHandle();

        List<Message> again = messages(stub.receiveMessage(receive(10_000, 10)));

        assertEquals(2, again.getFirst().getSystemProperties().getDeliveryAttempt());
        assertEquals(Code.INVALID_RECEIPT_HANDLE, ack(stub, first));
    }

    @Test
    void aCancelledReceiveGetsNothing() throws Exception {
        MessagingServiceBlockingStub stub = start(false);
        broker.topic("T", 1);
        Context.CancellableContext gone = Context.current().withCancellation();
        Iterator<ReceiveMessageResponse> waiting = gone.call(() -> stub.receiveMessage(receive(10_000, 60)));
        messages(stub.receiveMessage(receive(0, 10))); // returns after the first call has begun to wait
        gone.cancel(null);
        assertThrows(StatusRuntimeException.class, waiting::hasNext);

        send(stub, message("1"));

        assertEquals(1, messages(stub.receiveMessage(receive(5_000, 10))).size());
    }

    @Test
    void aConsumerThatEndsGivesBackItsRenewedMessages() throws Exception {
        MessagingServiceBlockingStub stub = start(false);
        Metadata id = new Metadata();
        id.put(Metadata.Key.of("x-mq-client-id", Metadata.ASCII_STRING_MARSHALLER), "client-1");
        MessagingServiceBlockingStub client = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(id));
        send(stub, message("1"));
        ReceiveMessageRequest renewed = receive(5_000, 0).toBuilder().clearInvisibleDuration().setAutoRenew(true).build();
        assertEquals(1, messages(client.receiveMessage(renewed)).size());
        assertEquals(List.of(), messages(stub.receiveMessage(receive(0, 10))));

        client.notifyClientTermination(NotifyClientTerminationRequest.newBuilder().setGroup(GROUP).build());

        assertEquals(1, messages(stub.receiveMessage(receive(5_000, 10))).size());
    }

    @Test
    void pullsReadFromOffsetsThatAreStoredAndQueried() throws Exception {
        MessagingServiceBlockingStub stub = start(false);
        broker.topic("T", 1);
        MessageQueue queue = MessageQueue.newBuilder().setTopic(TOPIC).setId(0).build();
        send(stub, message("1"));
        send(stub, message("2"));

        Iterator<PullMessageResponse> pulled = stub.pullMessage(PullMessageRequest.newBuilder()
                .setGroup(GROUP).setMessageQueue(queue).setOffset(1).setBatchSize(10).build());

        assertEquals(Code.OK, pulled.next().getStatus().getCode());
        assertEquals("body 2", pulled.next().getMessage().getBody().toStringUtf8());
        assertEquals(2, pulled.next().getNextOffset());
        GetOffsetRequest get = GetOffsetRequest.newBuilder().setGroup(GROUP).setMessageQueue(queue).build();
        assertEquals(Code.OFFSET_NOT_FOUND, stub.getOffset(get).getStatus().getCode());
        assertEquals(Code.OK, stub.updateOffset(UpdateOffsetRequest.newBuilder()
                .setGroup(GROUP).setMessageQueue(queue).setOffset(2).build()).getStatus().getCode());
        assertEquals(2, stub.getOffset(get).getOffset());
        assertEquals(2, stub.queryOffset(QueryOffsetRequest.newBuilder()
                .setMessageQueue(queue).setQueryOffsetPolicy(QueryOffsetPolicy.END).build()).getOffset());
    }

    @Test
    void unknownTopicsAndUnsupportedCallsAreReported() throws Exception {
        MessagingServiceBlockingStub stub = start(false, "autoCreateTopicEnable=false");

        assertEquals(Code.TOPIC_NOT_FOUND,
                stub.queryRoute(QueryRouteRequest.newBuilder().setTopic(TOPIC).build()).getStatus().getCode());
        assertEquals(Code.TOPIC_NOT_FOUND, send(stub, message("1")));
        assertEquals(Code.TOPIC_NOT_FOUND, stub.receiveMessage(receive(0, 10)).next().getStatus().getCode());
        assertEquals(Code.NOT_IMPLEMENTED, stub.syncLiteSubscription(
                SyncLiteSubscriptionRequest.getDefaultInstance()).getStatus().getCode());
    }

    @Test
    void connectionsMayBeEncryptedWithoutAnOperatorsCertificate() throws Exception {
        assertEquals(Code.OK, send(start(true), message("1")));
        assertEquals(Code.OK, send(start(false), message("2")));
    }

    @Test
    void encryptionCanBeTurnedOff() throws Exception {
        assertThrows(StatusRuntimeException.class, () -> send(start(true, "tls.server.mode=DISABLED"), message("1")));
        assertEquals(Code.OK, send(start(false), message("2")));
    }

    @Test
    void thePortCanBeTurnedOff() throws Exception {
        broker = TestBroker.start(directory, "grpc.enabled=false", "openwire.enabled=false");

        assertEquals(-1, broker.server().grpcPort());
        assertFalse(broker.server().config().listen().grpcPort() > 0);
        assertTrue(broker.server().brokerPort() > 0);
    }
}
