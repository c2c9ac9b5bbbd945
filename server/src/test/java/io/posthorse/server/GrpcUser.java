package io.posthorse.server;

import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.MessagingServiceGrpc.MessagingServiceBlockingStub;
import apache.rocketmq.v2.MessagingServiceGrpc.MessagingServiceStub;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A gRPC client that signs its calls as a user, as RocketMQ's client for Java does; on a connection of its own. */
final class GrpcUser implements ClientInterceptor, AutoCloseable {
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");

    private final ManagedChannel channel;
    private String user;
    private String secret;
    private String client = "client-1";
    private Supplier<String> time = () -> now(ZoneOffset.UTC);

    /** @param port of a broker on this machine */
    GrpcUser(int port) {
        this.channel = NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
    }

    static GrpcUser connect(TestBroker broker) throws IOException {
        return new GrpcUser(broker.server().grpcPort());
    }

    GrpcUser as(String name, String itsSecret) {
        user = name;
        secret = itsSecret;
        return this;
    }

    GrpcUser named(String clientId) {
        client = clientId;
        return this;
    }

    /** Sets the text that it signs as its time. */
    GrpcUser at(String text) {
        time = () -> text;
        return this;
    }

    static String now(ZoneId zone) {
        return at(Instant.now(), zone);
    }

    static String at(Instant instant, ZoneId zone) {
        return FORM.format(instant.atZone(zone));
    }

    static String signature(String text, String secret) {
        byte[] digest = Base64.getDecoder().decode(Signature.of(text.getBytes(StandardCharsets.UTF_8), secret));
        return HexFormat.of().formatHex(digest);
    }

    static void put(Metadata headers, String name, String value) {
        headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    }

    Metadata headers() {
        Metadata headers = new Metadata();
        put(headers, "x-mq-client-id", client);
        if (user != null) {
            String text = time.get();
            put(headers, "x-mq-date-time", text);
            put(headers, "x-mq-session-token", "of no meaning here");
            put(headers, "authorization", "MQv2-HMAC-SHA1 Credential=" + user
                    + ", SignedHeaders=x-mq-date-time, Signature=" + signature(text, secret));
        }
        return headers;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata more) {
                more.merge(headers());
                super.start(listener, more);
            }
        };
    }

    ManagedChannel channel() {
        return channel;
    }

    MessagingServiceBlockingStub calls() {
        return MessagingServiceGrpc.newBlockingStub(channel).withInterceptors(this)
                .withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    MessagingServiceStub streams() {
        return MessagingServiceGrpc.newStub(channel).withInterceptors(this);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
