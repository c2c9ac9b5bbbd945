package io.posthorse.server;

import static io.posthorse.server.TlsProbe.end;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.HeartbeatRequest;
import apache.rocketmq.v2.HeartbeatResponse;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.TelemetryCommand;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits for unidentified clients on the gRPC port, and for cancelled calls. */
class GrpcStrangersTest {
    private static final byte[] PREFACE = TestBroker.text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final int OF_ADDRESS = 64;

    @TempDir
    Path directory;

    private static boolean isClosed(Socket socket) {
        try {
            socket.setSoTimeout(20);
            while (socket.getInputStream().read() >= 0) {
                // the server's own frames
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.io.IOException e) {
            return true;
        }
    }

    @Test
    void secT10StrangersOnTheGrpcPortAreLimitedInNumberAndTime() throws Exception {
        try (Users users = Users.start(directory)) {
            List<Socket> strangers = new ArrayList<>();
            for (int i = 0; i < OF_ADDRESS + 6; i++) {
                Socket socket = new Socket("127.0.0.1", users.broker().server().grpcPort());
                OutputStream out = socket.getOutputStream();
                out.write(PREFACE);
                out.write(SETTINGS);
                strangers.add(socket);
            }
            for (Socket one : strangers.subList(OF_ADDRESS, strangers.size())) {
                one.setSoTimeout(5_000);
                assertEquals(-1, end(one), "beyond the maximum of an address");
            }
            assertTrue(!isClosed(strangers.getFirst()) && !isClosed(strangers.get(OF_ADDRESS - 1)));
            await().atMost(Duration.ofSeconds(30)).until(() -> strangers.stream().allMatch(GrpcStrangersTest::isClosed));
            try (GrpcUser root = GrpcUser.connect(users.broker()).as(Users.ROOT, Users.ROOT_SECRET)) {
                HeartbeatResponse beat = root.calls().heartbeat(HeartbeatRequest.getDefaultInstance());
                assertTrue(beat.hasStatus(), "their places are free again");
            }
            for (Socket one : strangers) {
                one.close();
            }
        }
    }

    @Test
    void secT29AUserHasAShareOfTheConnectionsOfTheGrpcPort() throws Exception {
        try (Users users = Users.start(directory, "connections.max=100", "share.user=3")) {
            users.user("ann", "Topic:* Sub Allow");
            List<GrpcUser> anns = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                anns.add(GrpcUser.connect(users.broker()).as("ann", Users.secret("ann")));
            }
            for (GrpcUser ann : anns.subList(0, 3)) {
                assertTrue(beats(ann));
            }
            StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> beats(anns.get(3)));
            assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
            assertTrue(String.valueOf(refused.getMessage()).contains("share.user"), refused::getMessage);
            try (GrpcUser root = GrpcUser.connect(users.broker()).as(Users.ROOT, Users.ROOT_SECRET)) {
                assertTrue(beats(root), "other users have their own share");
                root.as("ann", Users.secret("ann"));
                assertTrue(beats(root), "a connection belongs to its first user");
            }

            anns.getFirst().close();
            await().ignoreExceptions().until(() -> beats(anns.get(3)));
            anns.forEach(GrpcUser::close);
        }
    }

    private static boolean beats(GrpcUser user) {
        return user.calls().heartbeat(HeartbeatRequest.getDefaultInstance()).hasStatus();
    }

    @Test
    void secT14CancelledCallsAreLimited() throws Exception {
        try (Users users = Users.start(directory);
                GrpcUser root = GrpcUser.connect(users.broker()).as(Users.ROOT, Users.ROOT_SECRET)) {
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            root.streams().telemetry(new StreamObserver<>() {
                @Override
                public void onNext(TelemetryCommand command) {}

                @Override
                public void onError(Throwable failure) {
                    ended.complete(failure);
                }

                @Override
                public void onCompleted() {}
            });
            root.calls().heartbeat(HeartbeatRequest.getDefaultInstance());

            await().until(() -> {
                for (int i = 0; i < 500; i++) {
                    takeBack(root);
                }
                return ended.isDone();
            });

            io.grpc.Status.Code code = io.grpc.Status.fromThrowable(ended.get()).getCode();
            assertTrue(code == io.grpc.Status.Code.UNAVAILABLE || code == io.grpc.Status.Code.RESOURCE_EXHAUSTED,
                    "ended with the connection, or by the server's GOAWAY: " + code);
        }
    }

    private static void takeBack(GrpcUser user) {
        ClientCall<HeartbeatRequest, HeartbeatResponse> call = ClientInterceptors.intercept(user.channel(), user)
                .newCall(MessagingServiceGrpc.getHeartbeatMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() { }, new Metadata());
        call.request(1);
        call.cancel("taken back", null);
    }
}
