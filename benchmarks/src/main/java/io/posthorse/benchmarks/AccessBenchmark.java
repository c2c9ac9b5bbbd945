package io.posthorse.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.Account;
import io.posthorse.auth.Action;
import io.posthorse.auth.Actions;
import io.posthorse.auth.Resource;
import io.posthorse.auth.ResourceKind;
import io.posthorse.auth.Rule;
import io.posthorse.auth.Secret;
import io.posthorse.auth.Sources;
import io.posthorse.auth.User;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.SignedFields;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.Entropy;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures what access control adds to a send: the check of the signature over fields and body, and of the rules. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AccessBenchmark {
    private static final String USER = "user";
    private static final Actions PUB = Actions.of(Action.PUB);
    private static final byte[] TOPIC = {'b'};
    private static final byte[] KEY = "AccessKey".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIGNATURE = "Signature".getBytes(StandardCharsets.US_ASCII);
    private static final int PIECE = 8 << 10;

    /** Length of the message's body in bytes. */
    @Param({"128", "1024", "4096"})
    public int bodyBytes;

    private final RequestHeader header = new RequestHeader();
    private final SignedFields signed = new SignedFields();
    private final byte[] piece = new byte[PIECE];
    private final InetAddress source = InetAddress.getLoopbackAddress();
    private AccessControl access;
    private Account account;
    private ByteBuf frame;

    /** Creates a user with a rule, and a request. */
    @Setup
    public void open() throws IOException {
        try (Scratch scratch = Scratch.create(); DiskFileStore files = DiskFileStore.open(scratch.directory())) {
            Rule rule = new Rule(false, Resource.parse("Topic:Bench*"), PUB, Sources.ANY, true);
            AccessTable table = AccessTable.EMPTY.with(User.of(USER, User.Kind.NORMAL, true, "a secret"))
                    .withRule(USER, rule);
            access = AccessControl.open(files, null, Clock.system(), Entropy.system(), table, "admin",
                    new Secret("another secret"), (name, secret) -> {});
        }
        byte[] name = USER.getBytes(StandardCharsets.US_ASCII);
        account = access.account(name, 0, name.length);
        Map<String, String> fields = new LinkedHashMap<>();
        String[] values = {"Producers", "BenchTopic", "TBW102", "4", "3", "0", "1700000000000", "0",
                "UNIQ_KEY\u00017F0000010A2B3C4D5E6F00000000\u0002WAIT\u0001true\u0002TAGS\u0001red\u0002", "0", "false", "0",
                "false", "broker-a"};
        for (int i = 0; i < values.length; i++) {
            fields.put(String.valueOf((char) ('a' + i)), values[i]);
        }
        fields.put("AccessKey", USER);
        fields.put("Signature", "A".repeat(28));
        frame = Unpooled.directBuffer().writeBytes(FrameCodec.encode(new Frame(
                310, 0, 513, 1, 0, null, fields, new byte[bodyBytes], false)));
    }

    /** Reads the header only, as without access control. */
    @Benchmark
    public int without() {
        return header.read(frame, 4, frame.writerIndex());
    }

    /** Reads the header, and checks the signature and the rules. */
    @Benchmark
    public boolean with() {
        int end = frame.writerIndex();
        int body = header.read(frame, 4, end);
        byte[] text = header.bytes();
        int key = header.field(KEY);
        int signature = header.field(SIGNATURE);
        boolean known = account.is(text, header.start(key), header.length(key)) && signed.sort(header);
        for (int i = 0; i < signed.count(); i++) {
            int field = signed.field(i);
            if (!header.hasName(field, SIGNATURE)) {
                account.sign(text, header.start(field), header.length(field));
            }
        }
        for (int at = body; at < end; at += PIECE) {
            int length = Math.min(PIECE, end - at);
            frame.getBytes(at, piece, 0, length);
            account.sign(piece, 0, length);
        }
        boolean matches = account.matches(text, header.start(signature), header.length(signature));
        int topic = header.field(TOPIC);
        return known && matches && access.refusal(account, ResourceKind.TOPIC, text, header.start(topic),
                header.length(topic), PUB, source) == null;
    }
}
