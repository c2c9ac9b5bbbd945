package io.posthorse.server;

import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.log.ScrubFigures;
import io.posthorse.replication.GroupStatus;

/** What a node knows of its cluster, as JSON for the command line; a leader knows more than others. */
final class ClusterView {
    private static final long SILENT_MS = 3_000;

    private ClusterView() {}

    static byte[] json(GroupStatus status, String group) {
        JsonWriter out = new JsonWriter().beginObject().name("by").value(status.self()).name("group").value(group);
        if (status.leader() != null) {
            out.name("leader").value(status.leader());
        }
        out.name("term").value(status.term()).name("committed").value(status.committed()).name("nodes").beginArray();
        for (GroupStatus.Peer peer : status.peers()) {
            out.beginObject()
                    .name("name").value(peer.member().name())
                    .name("host").value(peer.member().host())
                    .name("port").value(peer.member().port())
                    .name("role").value(role(status, peer));
            if (peer.matched() >= 0) {
                out.name("matched").value(peer.matched());
                out.name("lag").value(Math.max(0, status.committed() - peer.matched()));
            }
            if (peer.silentMs() >= 0) {
                out.name("silentMs").value(peer.silentMs());
            }
            out.endObject();
        }
        return out.endArray().endObject().bytes();
    }

    /** Returns what a node has found of damaged records. */
    static byte[] records(String node, ScrubFigures figures) {
        return new JsonWriter().beginObject()
                .name("node").value(node)
                .name("found").value(figures.found())
                .name("repaired").value(figures.repaired())
                .name("unrepaired").value(figures.unrepaired())
                .name("lost").value(figures.lost())
                .name("position").value(figures.position())
                .name("end").value(figures.end())
                .name("passes").value(figures.passes())
                .endObject().bytes();
    }

    private static String role(GroupStatus status, GroupStatus.Peer peer) {
        if (peer.member().name().equals(status.leader())) {
            return "LEADING";
        }
        if (peer.silentMs() < 0 || peer.matched() < 0) {
            return "UNKNOWN";
        }
        return peer.silentMs() <= SILENT_MS ? "FOLLOWING" : "DOWN";
    }
}
