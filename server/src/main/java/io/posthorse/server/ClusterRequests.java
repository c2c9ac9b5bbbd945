package io.posthorse.server;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.replication.Member;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The requests of the command line about a cluster, which every node's name server answers: who leads, to hand leadership
 * over, and to add and remove nodes.
 */
final class ClusterRequests implements RequestHandler {
    private static final int WAITING_MAX = 16;
    /** Time in ms for which a signed request is good: whoever has read one could send it again. */
    private static final long SIGNED_MS_MAX = 60_000;
    private static final int DONE_MAX = 1_024;
    private static final Set<String> OF_OTHERS = Set.of("command", "node", "time");
    private static final Set<String> OF_ADDING = Set.of("command", "node", "time", "host", "port");
    private static final Set<String> CREDENTIALS = Set.of("AccessKey", "Signature", "SecurityToken");

    private final Cluster cluster;
    private final Background waiting;
    private final Clock clock;
    private final boolean areSigned;
    /** Commands that were carried out, the newest ones: none of them is older than a signature is good for, as a rule. */
    private final Set<String> done = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > DONE_MAX;
        }
    });
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

    /**
     * @param waiting runs what waits for other nodes
     * @param areSigned whether only signed requests come here
     */
    ClusterRequests(Cluster cluster, Background waiting, Clock clock, boolean areSigned) {
        this.clock = clock;
        this.areSigned = areSigned;
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

    /**
     * Returns why a signed request is not carried out; null where it is. A signature says nothing of the code, nor of when
     * it was made, so the fields that it covers do.
     */
    private String refusal(Frame request) {
        String command = switch (request.code()) {
            case RequestCode.CLUSTER_ADD -> "add";
            case RequestCode.CLUSTER_REMOVE -> "remove";
            case RequestCode.CLUSTER_TRANSFER -> "transfer";
            default -> null;
        };
        if (command == null || !areSigned) {
            return null;
        }
        // values are signed without names and borders: nothing else may be there that others could have had signed
        Set<String> names = command.equals("add") ? OF_ADDING : OF_OTHERS;
        boolean isExact = request.fields().keySet().stream().filter(name -> !CREDENTIALS.contains(name))
                .collect(Collectors.toSet()).equals(names) && request.body().length == 0;
        if (!isExact || !command.equals(request.field("command"))) {
            return "it was not signed as \"" + command + "\" (field command), so it is not carried out. Use the command line"
                    + " of this release";
        }
        long apart = Math.abs(clock.wallMs() - time(request));
        if (apart <= SIGNED_MS_MAX && !done.add(request.fields().toString())) {
            return "the same command was carried out already, so somebody may be repeating it. Give it again to do it again";
        }
        return apart <= SIGNED_MS_MAX ? null : "it was signed " + apart / 1_000 + " s ago, or by a clock that is as far from"
                + " this node's, so it is not carried out. Set the clocks, and send the command again";
    }

    private static long time(Frame request) {
        try {
            return Long.parseLong(request.require("time"));
        } catch (NumberFormatException e) {
            throw new MalformedFrameException("time is not a number");
        }
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        Work work = work(request);
        String refusal = refusal(request);
        if (refusal != null) {
            return request.refuse(ResponseCode.NO_PERMISSION, refusal);
        }
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
