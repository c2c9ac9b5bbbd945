package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.replication.ratis.Nodes.Node;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a follower says of entries, when a leader that was not answered in time repeats a request with more of them. */
class RepeatedAppendTest {
    private static final long TERM = 5;
    private static final int FIRST = 400;
    private static final int GROWN = 800;

    @TempDir
    Path directory;

    /** Returns a request of n2, as the leader of a term, with the entries from 0 on. */
    private static AppendEntriesRequestProto request(Nodes nodes, long call, int count) {
        List<LogEntryProto> entries = LongStream.range(0, count)
                .mapToObj(index -> LogEntryProto.newBuilder().setTerm(TERM).setIndex(index)
                        .setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(-1)).build())
                .toList();
        return AppendEntriesRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(ByteString.copyFromUtf8("n2"))
                        .setReplyId(ByteString.copyFromUtf8("n1"))
                        .setRaftGroupId(RaftGroupIdProto.newBuilder()
                                .setId(RaftGroupId.valueOf(nodes.group).toByteString()))
                        .setCallId(call))
                .setLeaderTerm(TERM).setLeaderCommit(-1).addAllEntries(entries).build();
    }

    @Test
    void aFollowerCountsOnlyEntriesThatItHas() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3")) {
            Node follower = nodes.node("n1");
            nodes.start(follower);
            RaftServer server = follower.group.server();
            CompletableFuture<AppendEntriesReplyProto> first = server.appendEntriesAsync(request(nodes, 1, FIRST));
            CompletableFuture<AppendEntriesReplyProto> repeated = server.appendEntriesAsync(request(nodes, 2, GROWN));
            assertEquals(AppendResult.SUCCESS, first.get(20, TimeUnit.SECONDS).getResult());
            AppendEntriesReplyProto reply = repeated.get(20, TimeUnit.SECONDS);
            assertEquals(AppendResult.SUCCESS, reply.getResult());
            assertEquals(GROWN - 1, reply.getMatchIndex());
            RaftServer.Division division = server.getDivision(RaftGroupId.valueOf(nodes.group));
            assertEquals(reply.getMatchIndex(), division.getRaftLog().getLastEntryTermIndex().getIndex());
        }
    }
}
