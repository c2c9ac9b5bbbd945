package io.posthorse.replication.ratis;

import io.posthorse.replication.GroupStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;

/** What the engine knows of a group's members. */
final class MemberStates {
    private MemberStates() {}

    static GroupStatus of(RaftServer.Division division) {
        DivisionInfo info = division.getInfo();
        Map<RaftPeerId, GroupStatus.Peer> followers = followers(division);
        List<GroupStatus.Peer> peers = new ArrayList<>();
        for (RaftPeer peer : division.getRaftConf().getCurrentPeers()) {
            boolean isSelf = peer.getId().equals(division.getId());
            GroupStatus.Peer unknown = new GroupStatus.Peer(Engine.member(peer), -1, -1);
            peers.add(isSelf
                    ? new GroupStatus.Peer(Engine.member(peer), division.getRaftLog().getFlushIndex(), 0)
                    : followers.getOrDefault(peer.getId(), unknown));
        }
        RaftPeerId leader = info.getLeaderId();
        return new GroupStatus(division.getId().toString(), leader == null ? null : leader.toString(), info.getCurrentTerm(),
                division.getRaftLog().getLastCommittedIndex(), List.copyOf(peers));
    }

    /** Returns the follower that has the most, and of equal ones the one heard of last; null where there is none. */
    static RaftPeerId nearest(RaftServer.Division division) {
        return followers(division).values().stream()
                .max(Comparator.comparingLong(GroupStatus.Peer::matched)
                        .thenComparing(Comparator.comparingLong(GroupStatus.Peer::silentMs).reversed()))
                .map(peer -> RaftPeerId.valueOf(peer.member().name()))
                .orElse(null);
    }

    /** Returns what a leader knows; nothing elsewhere, or while the members change between two questions. */
    private static Map<RaftPeerId, GroupStatus.Peer> followers(RaftServer.Division division) {
        Map<RaftPeerId, GroupStatus.Peer> followers = new HashMap<>();
        List<ServerRpcProto> heard = division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        long[] matched = division.getInfo().getFollowerMatchIndices();
        if (matched != null && matched.length == heard.size()) {
            for (int i = 0; i < matched.length; i++) {
                RaftPeer peer = org.apache.ratis.util.ProtoUtils.toRaftPeer(heard.get(i).getId());
                followers.put(peer.getId(), new GroupStatus.Peer(
                        Engine.member(peer), matched[i], heard.get(i).getLastRpcElapsedTimeMs()));
            }
        }
        return followers;
    }
}
