package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.PullMessageRequest;
import apache.rocketmq.v2.PullMessageResponse;
import apache.rocketmq.v2.Resource;
import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that request much and read nothing take a limited part of the broker's memory, and delay no other client. */
@Timeout(90)
class GrpcAnswersTest {
    private static final int MESSAGE_BYTES = 4_000_000;
    private static final int BLOCKED = 300;

    @TempDir
    Path directory;

    private TestBroker broker;
    private ManagedChannel blocked;
    private ManagedChannel honest;

    @BeforeEach
    void start() throws IOException {
        broker = TestBroker.start(directory);
        broker.topic("T", 1);
        broker.sent("T", 0, "", "x".repeat(MESSAGE_BYTES));
        blocked = channel();
        honest = channel();
    }

    private ManagedChannel channel() throws IOException {
        return NettyChannelBuilder.forAddress("localhost", broker.server().grpcPort()).usePlaintext()
                .maxInboundMessageSize(16 << 20).build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (ManagedChannel channel : new ManagedChannel[] {blocked, honest}) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        broker.close();
    }

    private static PullMessageRequest pull() {
        return PullMessageRequest.newBuilder()
                .setGroup(Resource.newBuilder().setName("G"))
                .setMessageQueue(MessageQueue.newBuilder().setTopic(Resource.newBuilder().setName("T")).setId(0))
                .setOffset(0).setBatchSize(1)
                .setLongPollingTimeout(Duration.newBuilder().setSeconds(20)).build();
    }

    /** Sends a request, and reads nothing of the answer. */
    private static final class Blocked implements ClientResponseObserver<PullMessageRequest, PullMessageResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<PullMessageRequest> call) {
            call.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(PullMessageResponse part) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    private int answered() {
        int[] bytes = new int[1];
        MessagingServiceGrpc.newBlockingStub(honest).withDeadlineAfter(30, TimeUnit.SECONDS).pullMessage(pull())
                .forEachRemaining(part -> bytes[0] += part.hasMessage() ? part.getMessage().getBody().size() : 0);
        return bytes[0];
    }

    private static long memory() {
        System.gc();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
        return direct + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void aClientThatReadsNothingFillsNoMemory() throws Exception {
        assertEquals(MESSAGE_BYTES, answered());
        long before = memory();
        for (int i = 0; i < BLOCKED; i++) {
            MessagingServiceGrpc.newStub(blocked).pullMessage(pull(), new Blocked());
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(MESSAGE_BYTES, answered(), "other clients are answered");
        }
        long grown = memory() - before;
        assertTrue(grown < 200L << 20, "its answers take " + (grown >> 20) + " MB");
        blocked.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        blocked = channel();
        for (int i = 0; i < 20; i++) {
            assertEquals(MESSAGE_BYTES, answered(), "its pending answers no longer count");
        }
    }
}
