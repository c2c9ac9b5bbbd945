package io.posthorse.replication.ratis;

import io.posthorse.replication.Member;
import io.posthorse.replication.Peers;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.MetadataUtils;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContextBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;

/** Calls between the nodes, as one more service on the engine's port, with its certificates and behind its guard. */
final class PeerCalls implements Peers, AutoCloseable {
    static final String SERVICE = "posthorse.Peers";
    /** Name of the node that calls, as the guard has found it. */
    static final Context.Key<String> CALLER = Context.key("posthorse-caller");
    /** Header with that name, which counts only where there are no certificates. */
    static final Metadata.Key<String> NAME = Metadata.Key.of("posthorse-node", Metadata.ASCII_STRING_MARSHALLER);

    private static final int OVERHEAD = 1 << 10;
    private static final MethodDescriptor<byte[], byte[]> ASK = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Ask"))
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();

    private final String self;
    private final int timeoutMs;
    private final SslContext tls;
    private final Map<Member, ManagedChannel> channels = new ConcurrentHashMap<>();

    PeerCalls(RatisSettings settings) throws IOException {
        this.self = settings.self().name();
        this.timeoutMs = settings.times().request();
        RatisTls files = settings.tls();
        this.tls = files == null ? null : GrpcSslContexts.configure(SslContextBuilder.forClient()
                .keyManager(new File(files.certificate()), new File(files.key()))
                .trustManager(new File(files.trusted()))
                .protocols("TLSv1.3"), SslProvider.JDK).build();
    }

    @Override
    public CompletableFuture<ByteBuffer> ask(Member node, ByteBuffer request) {
        return ask(node, request, CallOptions.DEFAULT.withDeadlineAfter(timeoutMs, TimeUnit.MILLISECONDS));
    }

    @Override
    public CompletableFuture<ByteBuffer> ask(Member node, ByteBuffer request, long limitMs) {
        return ask(node, request,
                CallOptions.DEFAULT.withWaitForReady().withDeadlineAfter(limitMs, TimeUnit.MILLISECONDS));
    }

    /** Asks a node that is none of the group, over a connection that ends with the answer; waits for that connection. */
    CompletableFuture<ByteBuffer> askStranger(Member node, ByteBuffer request, long limitMs) {
        ManagedChannel channel = dial(node);
        CompletableFuture<ByteBuffer> answer = ask(channel, node, request,
                CallOptions.DEFAULT.withWaitForReady().withDeadlineAfter(limitMs, TimeUnit.MILLISECONDS));
        answer.whenComplete((bytes, failure) -> channel.shutdownNow());
        return answer;
    }

    private CompletableFuture<ByteBuffer> ask(Member node, ByteBuffer request, CallOptions options) {
        ManagedChannel channel = channels.computeIfAbsent(node, this::dial);
        channel.resetConnectBackoff(); // a node that did not run may have been started
        return ask(channel, node, request, options);
    }

    private static CompletableFuture<ByteBuffer> ask(
            ManagedChannel channel, Member node, ByteBuffer request, CallOptions options) {
        byte[] bytes = new byte[request.remaining()];
        request.duplicate().get(bytes);
        CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
        var call = channel.newCall(ASK, options);
        ClientCalls.asyncUnaryCall(call, bytes, new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                answer.complete(ByteBuffer.wrap(value));
            }

            @Override
            public void onError(Throwable cause) {
                answer.completeExceptionally(new IOException(reason(node, cause), cause));
            }

            @Override
            public void onCompleted() {
                answer.completeExceptionally(new IOException("Node " + node.name() + " has sent no answer"));
            }
        });
        return answer;
    }

    private ManagedChannel dial(Member node) {
        Metadata headers = new Metadata();
        headers.put(NAME, self);
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(node.host(), node.port())
                .maxInboundMessageSize(BYTES_MAX + OVERHEAD)
                .intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
        return (tls == null ? builder.usePlaintext() : builder.sslContext(tls)).build();
    }

    private static String reason(Member node, Throwable cause) {
        Status status = cause instanceof StatusRuntimeException known ? known.getStatus() : Status.fromThrowable(cause);
        return status.getCode() == Status.Code.FAILED_PRECONDITION
                ? status.getDescription()
                : "Node " + node.name() + " at " + node.host() + ":" + node.port() + " does not answer: " + status.getCode()
                        + (status.getDescription() == null ? "" : ", " + status.getDescription());
    }

    /** Returns the service that answers. */
    static ServerServiceDefinition service(Service answering) {
        return ServerServiceDefinition.builder(SERVICE).addMethod(ASK, ServerCalls.asyncUnaryCall((request, answer) -> {
            String from = CALLER.get();
            Thread.ofVirtual().name("posthorse-peer-" + from).start(() -> answer(answering, from, request, answer));
        })).build();
    }

    private static void answer(Service answering, String from, byte[] request, StreamObserver<byte[]> answer) {
        try {
            ByteBuffer found = answering.answer(from, ByteBuffer.wrap(request));
            byte[] bytes = new byte[found.remaining()];
            found.get(bytes);
            answer.onNext(bytes);
            answer.onCompleted();
        } catch (IOException e) {
            answer.onError(Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
        } catch (RuntimeException | Error e) {
            answer.onError(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
            throw e;
        }
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    /** Bytes as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
