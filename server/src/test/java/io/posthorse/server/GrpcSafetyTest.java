package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.MessageType;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.SendMessageResponse;
import apache.rocketmq.v2.Status;
import apache.rocketmq.v2.SystemProperties;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on other brokers, tried on the gRPC port. SECURITY.md has the table. */
class GrpcSafetyTest {
    private static final byte[] PREFACE = TestBroker.text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    @TempDir
    Path directory;

    private Users users;
    private GrpcUser root;

    @BeforeEach
    void start() throws IOException {
        users = Users.start(directory);
        root = GrpcUser.connect(users.broker()).as(Users.ROOT, Users.ROOT_SECRET);
    }

    @AfterEach
    void stop() {
        root.close();
        users.close();
    }

    private static SendMessageRequest request(String body) {
        return SendMessageRequest.newBuilder().addMessages(Message.newBuilder()
                .setTopic(Resource.newBuilder().setName("T")).setBody(ByteString.copyFromUtf8(body))
                .setSystemProperties(SystemProperties.newBuilder().setMessageId("id").addKeys("a key")
                        .setMessageType(MessageType.NORMAL))).build();
    }

    private static Status send(GrpcUser user, String body) {
        return user.calls().sendMessage(request(body)).getStatus();
    }

    private static String log() throws IOException {
        return Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1);
    }

    @Test
    void secT03TheGrpcLibraryLogsNoBodyAndNoSignature() throws Exception {
        String planted = "planted" + System.nanoTime();
        assertEquals(Code.OK, send(root, planted).getCode());
        try (GrpcUser wrong = GrpcUser.connect(users.broker()).as("root", planted)) {
            String time = GrpcUser.now(java.time.ZoneOffset.UTC);
            assertEquals(Code.UNAUTHORIZED, send(wrong.at(time), planted).getCode());
            // except the log of the client, which is in this same process
            String log = log().lines().filter(l -> !l.contains("NettyClientHandler")).collect(Collectors.joining());
            assertTrue(log.contains("Call SendMessage from"), "the log is written");
            assertFalse(log.contains(GrpcUser.signature(time, planted)), "a signature is logged");
            assertFalse(log.contains(planted), "a secret or a body is logged");
            // libraries may log bytes as hexadecimal digits
            assertFalse(log.contains(HexFormat.of().formatHex(TestBroker.text(planted))), "a body is logged");
            assertFalse(log.contains("io.grpc.netty.NettyServerHandler - "), "frames are logged");
        }
    }

    @Test
    void secT13BrokenBytesOnTheGrpcPortEndTheirConnectionOnly() throws Exception {
        assertEquals(Code.OK, send(root, "before").getCode());
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            byte[] rubbish = new byte[1 + random.nextInt(2_000)];
            random.nextBytes(rubbish);
            int frame = i % 10;
            byte[] header = {0, 0, (byte) 255, (byte) frame, (byte) random.nextInt(), 0, 0, 0, (byte) random.nextInt(4)};
            try (Socket socket = new Socket("127.0.0.1", users.broker().server().grpcPort())) {
                OutputStream out = socket.getOutputStream();
                if (i % 3 > 0) {
                    out.write(PREFACE);
                    out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // settings
                }
                if (i % 3 > 1) {
                    out.write(header);
                }
                out.write(rubbish);
                out.flush();
                socket.shutdownOutput();
                socket.setSoTimeout(20_000);
                byte[] buffer = new byte[4_096];
                InputStream in = socket.getInputStream();
                while (in.read(buffer) >= 0) {
                    // reads until the server closes
                }
            } catch (IOException e) {
                // reset
            }
            assertEquals(Code.OK, send(root, "on the old connection").getCode());
        }
        try (GrpcUser young = GrpcUser.connect(users.broker()).as(Users.ROOT, Users.ROOT_SECRET)) {
            assertEquals(Code.OK, send(young, "on a new one").getCode());
        }
    }

    @Test
    void secT10BrokenAndHugeMessagesOfTheProtocolEndTheirCallOnly() throws Exception {
        ByteArrayOutputStream lying = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(lying);
        out.writeTag(1, 2);
        out.writeUInt32NoTag(Integer.MAX_VALUE); // a length beyond the end
        out.flush();
        byte[] nested = new byte[0];
        for (int i = 0; i < 300; i++) {
            nested = ByteString.copyFrom(new byte[] {0x0b}).concat(ByteString.copyFrom(nested)).toByteArray(); // groups
        }
        for (byte[] bytes : new byte[][] {lying.toByteArray(), nested, {(byte) 0xff, (byte) 0xff, (byte) 0xff}}) {
            assertThrows(StatusRuntimeException.class, () -> raw(bytes, null));
        }
        StatusRuntimeException huge =
                assertThrows(StatusRuntimeException.class, () -> raw(new byte[(20 << 20) + 1], null));
        assertEquals(io.grpc.Status.Code.RESOURCE_EXHAUSTED, huge.getStatus().getCode());
        assertEquals(Code.OK, send(root, "after").getCode());
    }

    @Test
    void secT22ACompressedCallHasTheSameLimitAsAnyOther() {
        StatusRuntimeException bomb =
                assertThrows(StatusRuntimeException.class, () -> raw(new byte[200 << 20], "gzip"));
        assertTrue(Set.of(io.grpc.Status.Code.RESOURCE_EXHAUSTED, io.grpc.Status.Code.UNKNOWN)
                .contains(bomb.getStatus().getCode()), bomb.toString());
        assertEquals(Code.OK, send(root, "after").getCode());
    }

    private void raw(byte[] bytes, String compression) {
        MethodDescriptor.Marshaller<byte[]> asTheyAre = new MethodDescriptor.Marshaller<>() {
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
        };
        MethodDescriptor<byte[], SendMessageResponse> method = MessagingServiceGrpc.getSendMessageMethod().toBuilder(
                asTheyAre, MessagingServiceGrpc.getSendMessageMethod().getResponseMarshaller()).build();
        CallOptions options = compression == null
                ? CallOptions.DEFAULT : CallOptions.DEFAULT.withCompression(compression);
        ClientCalls.blockingUnaryCall(io.grpc.ClientInterceptors.intercept(root.channel(), root), method, options, bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1", "EHLO somebody"})
    void secT21InvalidBytesOnTheGrpcPortDoNotFillTheLog(String rubbish) throws Exception {
        AtomicInteger console = new AtomicInteger();
        Handler counter = new Handler() {
            @Override
            public void publish(LogRecord record) {
                console.addAndGet(String.valueOf(record.getLoggerName()).startsWith("io.grpc") ? 1 : 0);
            }

            @Override
            public void flush() { }

            @Override
            public void close() { }
        };
        Logger.getLogger("").addHandler(counter);
        long before = log().lines().count();
        long began = System.nanoTime();
        for (int i = 0; i < 300; i++) {
            try (Socket socket = new Socket("127.0.0.1", users.broker().server().grpcPort())) {
                socket.getOutputStream().write(TestBroker.text(rubbish + "\r\nHost: somebody\r\n\r\n"));
                socket.setSoTimeout(20_000);
                while (socket.getInputStream().read() >= 0) {
                    // reads until the server closes
                }
            } catch (IOException e) {
                // reset
            }
        }
        long seconds = (System.nanoTime() - began) / 1_000_000_000L + 2;
        long lines = log().lines().skip(before)
                .filter(l -> l.contains("LibraryLog") || l.contains("net.MisdirectedClients")
                || l.contains("\tat ")).count();
        Logger.getLogger("").removeHandler(counter);
        assertEquals(0, console.get(), "records on the console");
        assertTrue(lines >= 1 && lines <= 10 * seconds, lines + " lines in " + seconds + " s");
    }

    @Test
    void secT21RefusedCallsDoNotFillTheLog() throws Exception {
        long before = log().lines().filter(l -> l.contains("is refused")).count();
        long began = System.nanoTime();
        try (GrpcUser stranger = GrpcUser.connect(users.broker())) {
            for (int i = 0; i < 1_000; i++) {
                assertNotEquals(Code.OK, send(stranger, "x").getCode());
            }
        }
        long seconds = (System.nanoTime() - began) / 1_000_000_000L + 2;
        long lines = log().lines().filter(l -> l.contains("is refused")).count() - before;
        assertTrue(lines >= 1 && lines <= 10 * seconds, lines + " lines in " + seconds + " s");
    }
}
