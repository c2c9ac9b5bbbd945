package io.posthorse.server;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.platform.Background;
import io.posthorse.replication.Member;
import java.io.IOException;
import java.util.Map;

/**
 * The requests of the command line about a cluster, which every node's name server answers: who leads, to hand leadership
 * over, and to add and remove nodes.
 */
final class ClusterRequests implements RequestHandler {
    private static final int WAITING_MAX = 16;

    private final Cluster cluster;
    private final Background waiting;
    private int count;

    /** What a node tells of its cluster, and does with it. Both may wait for other nodes. */
    interface Cluster {
        /** Returns what is known, as JSON. */
        byte[] status() throws IOException;

        /**
         * Hands leadership over.
         *
         * @param to name of a node
         * @throws IOException where it stays where it is, with the reason
         */
        void transfer(String to) throws IOException;

        /**
         * Adds a node, or goes on with that.
         *
         * @return how far it has come, as JSON
         * @throws IOException where it is not added, with the reason
         */
        byte[] add(Member node) throws IOException;

        /**
         * Removes a node.
         *
         * @throws IOException where it stays, with the reason
         */
        void remove(String name) throws IOException;
    }

    /** @param waiting runs what waits for other nodes */
    ClusterRequests(Cluster cluster, Background waiting) {
        this.cluster = cluster;
        this.waiting = waiting;
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.CLUSTER_STATUS, RequestCode.CLUSTER_TRANSFER, RequestCode.CLUSTER_ADD,
                    RequestCode.CLUSTER_REMOVE -> true;
            default -> false;
        };
    }

    /** Something that may wait for other nodes; returns the body of the answer. */
    private interface Work {
        byte[] run() throws IOException;
    }

    private Work work(Frame request) {
        return switch (request.code()) {
            case RequestCode.CLUSTER_STATUS -> cluster::status;
            case RequestCode.CLUSTER_ADD -> {
                Member node = member(request);
                yield () -> cluster.add(node);
            }
            default -> {
                String name = request.require("node");
                yield () -> {
                    if (request.code() == RequestCode.CLUSTER_REMOVE) {
                        cluster.remove(name);
                    } else {
                        cluster.transfer(name);
                    }
                    return new byte[0];
                };
            }
        };
    }

    private static Member member(Frame request) {
        try {
            return new Member(request.require("node"), request.require("host"), Integer.parseInt(request.require("port")));
        } catch (NumberFormatException e) {
            throw new MalformedFrameException("port is not a number");
        }
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        Work work = work(request);
        if (count >= WAITING_MAX) {
            return request.refuse(
                    ResponseCode.SYSTEM_BUSY, WAITING_MAX + " requests about the cluster wait already; try again");
        }
        count++;
        byte[][] body = {{}};
        waiting.run(() -> body[0] = work.run(), failure -> {
            count--;
            if (!request.isOneWay()) {
                peer.send(failure == null ? request.answer(ResponseCode.SUCCESS, null, Map.of(), body[0])
                        : request.refuse(ResponseCode.SYSTEM_ERROR, failure.getMessage()));
            }
        });
        return null;
    }
}
