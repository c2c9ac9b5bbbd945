package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.replication.Member;
import io.posthorse.replication.ratis.Nodes.Node;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NegotiationType;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Strangers at the group's port, with the protocol's own programs. */
@Timeout(60)
class PortGuardTest {
    @TempDir
    static Path directory;

    private static Certificates certificates;
    private static Nodes nodes;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates(directory).authority("ours").authority("theirs");
        for (String name : List.of("n1", "n2", "nobody")) {
            certificates.issue(name, name, "ours");
        }
        certificates.issue("forged-n2", "n2", "theirs");
        nodes = new Nodes(directory, "n1", "n2");
        nodes.tls = name -> certificates.tls(name, "ours");
        nodes.startAll();
    }

    @AfterAll
    static void stop() throws Exception {
        nodes.close();
    }

    private static GrpcTlsConfig config(RatisTls tls) {
        return new GrpcTlsConfig(new File(tls.key()), new File(tls.certificate()), new File(tls.trusted()), true);
    }

    private static RaftClient client(RatisTls tls, Nodes of) {
        Parameters parameters = new Parameters();
        if (tls != null) {
            GrpcConfigKeys.TLS.setConf(parameters, config(tls));
        }
        List<Member> members = of.all().stream().map(node -> node.member).toList();
        return RaftClient.newBuilder()
                .setRaftGroup(RaftGroup.valueOf(RaftGroupId.valueOf(of.group), Engine.peers(members)))
                .setProperties(new RaftProperties())
                .setParameters(parameters)
                .setRetryPolicy(RetryPolicies.noRetry())
                .build();
    }

    /** Asks node n1 for a vote, in an old term: that changes nothing. */
    private static RequestVoteReplyProto ask(RatisTls tls, String name) throws Exception {
        Node asked = nodes.node("n1");
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", asked.member.port());
        ManagedChannel channel = tls == null
                ? builder.negotiationType(NegotiationType.PLAINTEXT).build()
                : builder.useTransportSecurity().sslContext(GrpcUtil.buildSslContextForClient(config(tls))).build();
        try {
            RaftRpcRequestProto header = RaftRpcRequestProto.newBuilder()
                    .setRequestorId(ByteString.copyFromUtf8(name))
                    .setReplyId(ByteString.copyFromUtf8("n1"))
                    .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(RaftGroupId.valueOf(nodes.group).toByteString()))
                    .build();
            return RaftServerProtocolServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .requestVote(RequestVoteRequestProto.newBuilder().setServerRequest(header).setPreVote(true).build());
        } finally {
            channel.shutdownNow();
        }
    }

    private static Status.Code refusal(RatisTls tls, String name) {
        return assertThrows(StatusRuntimeException.class, () -> ask(tls, name)).getStatus().getCode();
    }

    @Test
    void membersAgreeByTheirCertificates() throws Exception {
        Node leader = nodes.leader();
        nodes.propose(leader, 0, 20, 256);
        nodes.assertAllHave(0, 20);
        assertFalse(ask(certificates.tls("n2", "ours"), "n2").getServerReply().getSuccess(), "heard, and told no");
    }

    @Test
    void aClientOfTheEngineIsRefusedEvenWithTheCertificateOfAMember() throws Exception {
        nodes.leader();
        try (RaftClient client = client(certificates.tls("n2", "ours"), nodes)) {
            assertDenied(() -> client.io().send(Message.valueOf("forged")));
        }
    }

    @Test
    void anAdministratorOfTheEngineIsRefused() throws Exception {
        Node leader = nodes.leader();
        try (RaftClient client = client(certificates.tls("n2", "ours"), nodes)) {
            RaftPeerId id = RaftPeerId.valueOf("n1");
            RaftGroupId group = RaftGroupId.valueOf(nodes.group);
            assertDenied(() -> client.getGroupManagementApi(id).remove(group, true, false));
            assertDenied(() -> client.getGroupManagementApi(id).info(group));
            assertDenied(() -> client.admin().setConfiguration(Engine.peers(List.of(leader.member))));
        }
        assertEquals(2, leader.group.status().peers().size());
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() {
        assertEquals(Status.Code.UNAVAILABLE, refusal(certificates.tls("forged-n2", "ours"), "n2"));
        assertEquals(Status.Code.UNAVAILABLE, refusal(null, "n2"), "none at all");
    }

    @Test
    void aCertificateOfTheAuthorityThatNamesNoMemberIsRefused() {
        assertEquals(Status.Code.PERMISSION_DENIED, refusal(certificates.tls("nobody", "ours"), "n2"));
        assertEquals(Status.Code.PERMISSION_DENIED, refusal(certificates.tls("nobody", "ours"), "nobody"));
    }

    @Test
    void aMemberIsRefusedUnderTheNameOfAnother() {
        assertEquals(Status.Code.PERMISSION_DENIED, refusal(certificates.tls("n2", "ours"), "n1"));
    }

    @Test
    void withoutCertificatesTheServicesOfOthersAreRefusedToo() throws Exception {
        try (Nodes open = new Nodes(directory.resolve("open"), "n1").startAll(); RaftClient client = client(null, open)) {
            open.leader();
            assertDenied(() -> client.io().send(Message.valueOf("forged")));
            open.propose(open.leader(), 0, 3, 256);
        }
    }

    @Test
    void withoutCertificatesOnlyALoopbackAddressIsAccepted() {
        Member everywhere = new Member("n1", "0.0.0.0", 26_199);
        RatisSettings settings = new RatisSettings(UUID.randomUUID(), everywhere, List.of(everywhere), false,
                directory.resolve("everywhere"), null, Nodes.TIMES, Nodes.SIZES);
        IOException refusal = assertThrows(IOException.class,
                () -> RatisGroup.open(settings, new MemoryReplica(), (from, request) -> request, Clock.system()));
        assertTrue(refusal.getMessage().contains("Configure certificates"), refusal.getMessage());
    }

    private static void assertDenied(Executable call) {
        String refusal = chain(assertThrows(Exception.class, call));
        assertTrue(refusal.contains("PERMISSION_DENIED"), refusal);
    }

    private static String chain(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            text.append(cause).append("; ");
        }
        return text.toString();
    }
}
