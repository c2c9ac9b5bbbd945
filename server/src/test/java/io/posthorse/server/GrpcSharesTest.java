package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import apache.rocketmq.v2.ClientType;
import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.Publishing;
import apache.rocketmq.v2.QueryRouteRequest;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.Settings;
import apache.rocketmq.v2.TelemetryCommand;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shares of one user's clients on the gRPC port. */
@Timeout(60)
class GrpcSharesTest {
    /** 1 % of 50,000. */
    private static final int CALLS = 500;

    @TempDir
    private Path directory;

    private Users users;
    private GrpcUser greedy;
    private GrpcUser other;

    @BeforeEach
    void start() throws IOException {
        users = Users.start(directory, "share.user=1")
                .user("greedy", "Topic:* Pub,Sub Allow")
                .user("other", "Topic:* Pub,Sub Allow");
        greedy = GrpcUser.connect(users.broker()).as("greedy", Users.secret("greedy"));
        other = GrpcUser.connect(users.broker()).as("other", Users.secret("other"));
    }

    @AfterEach
    void stop() {
        greedy.close();
        other.close();
        users.close();
    }

    private static TelemetryCommand settings(int topics) {
        Publishing.Builder publishing = Publishing.newBuilder();
        for (int i = 0; i < topics; i++) {
            publishing.addTopics(Resource.newBuilder().setName("t".repeat(100) + i));
        }
        return TelemetryCommand.newBuilder()
                .setSettings(Settings.newBuilder().setClientType(ClientType.PRODUCER).setPublishing(publishing))
                .build();
    }

    @Test
    void secT29SettingsHaveALength() throws InterruptedException {
        BlockingQueue<Code> told = new LinkedBlockingQueue<>();
        StreamObserver<TelemetryCommand> out = greedy.streams().telemetry(new StreamObserver<>() {
            @Override
            public void onNext(TelemetryCommand command) {
                told.add(command.getStatus().getCode());
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        });
        out.onNext(settings(1_000));
        assertEquals(Code.TOO_MANY_REQUESTS, told.poll(10, TimeUnit.SECONDS));
        out.onNext(settings(10));
        assertEquals(Code.OK, told.poll(10, TimeUnit.SECONDS));
        out.onCompleted();
    }

    @Test
    void secT29AUsersCallsHaveAShare() {
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        for (int i = 0; i < CALLS + 20; i++) {
            greedy.named("client-" + i).streams().telemetry(new StreamObserver<>() {
                @Override
                public void onNext(TelemetryCommand command) {
                    served.incrementAndGet();
                }

                @Override
                public void onError(Throwable failure) {
                    if (Status.fromThrowable(failure).getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                        refused.incrementAndGet();
                    }
                }

                @Override
                public void onCompleted() {}
            }).onNext(settings(1));
        }
        await().until(() -> refused.get() >= 20);
        assertEquals(20, refused.get());
        QueryRouteRequest route = QueryRouteRequest.newBuilder().setTopic(Resource.newBuilder().setName("T")).build();
        assertEquals(Code.OK, other.calls().queryRoute(route).getStatus().getCode());
    }
}
