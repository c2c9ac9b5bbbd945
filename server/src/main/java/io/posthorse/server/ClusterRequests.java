package io.posthorse.server;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.platform.Background;
import java.io.IOException;
import java.util.Map;

/**
 * The requests of the command line about a cluster, which every node's name server answers: who leads, and to hand
 * leadership over.
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
    }

    /** @param waiting runs what waits for other nodes */
    ClusterRequests(Cluster cluster, Background waiting) {
        this.cluster = cluster;
        this.waiting = waiting;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.CLUSTER_STATUS || code == RequestCode.CLUSTER_TRANSFER;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        String to = request.code() == RequestCode.CLUSTER_TRANSFER ? request.require("node") : null;
        if (count >= WAITING_MAX) {
            return request.refuse(
                    ResponseCode.SYSTEM_BUSY, WAITING_MAX + " requests about the cluster wait already; try again");
        }
        count++;
        byte[][] body = {{}};
        waiting.run(() -> {
            if (to == null) {
                body[0] = cluster.status();
            } else {
                cluster.transfer(to);
            }
        }, failure -> {
            count--;
            if (!request.isOneWay()) {
                peer.send(failure == null ? request.answer(ResponseCode.SUCCESS, null, Map.of(), body[0])
                        : request.refuse(ResponseCode.SYSTEM_ERROR, failure.getMessage()));
            }
        });
        return null;
    }
}
