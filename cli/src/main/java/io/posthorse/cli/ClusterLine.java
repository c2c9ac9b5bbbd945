package io.posthorse.cli;

import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The requests about a cluster, to any of its nodes. */
final class ClusterLine {
    private static final int CONNECT_MS = 3_000;
    private static final int ANSWER_MS = 15_000;
    /** Where another node can be asked. */
    private static final int ANSWER_OF_SEVERAL_MS = 5_000;
    /** Entries that a node may lack and still be counted on. */
    private static final int LAG_MAX = 64;

    private ClusterLine() {}

    /**
     * What a node tells.
     *
     * @param node name of the node that was asked
     * @param state of that node: starting, following or leading
     * @param leader name of the leader; null while none is known
     * @param by name of the node whose view this is: the leader where it answers
     * @param records what each node has found of damaged records, as far as they answer
     * @param json the whole answer
     */
    record View(String node, String state, String leader, String by, List<Node> nodes, List<Records> records,
            JsonValue json) {
        /** Returns whether the cluster would have a majority without a node that stops now. */
        boolean hasMajorityWithout(String name) {
            long left = nodes.stream().filter(one -> one.isThere() && !one.name().equals(name)).count();
            return leader != null && left * 2 > nodes.size();
        }
    }

    /**
     * A node.
     *
     * @param role LEADING, FOLLOWING, DOWN or UNKNOWN
     * @param lag entries that it lacks; -1 where unknown
     * @param silentMs since the leader heard of it; -1 where unknown
     */
    record Node(String name, String address, String role, long lag, long silentMs) {
        /** Returns whether it would count for a majority now, as far as the asked node knows. */
        boolean isThere() {
            return (role.equals("LEADING") || role.equals("FOLLOWING")) && lag >= 0 && lag <= LAG_MAX;
        }
    }

    /**
     * What a node has found of damaged records in its log since it was started.
     *
     * @param unrepaired ranges that are tried again
     * @param lost those of them that no other node has whole
     */
    record Records(String node, long found, long repaired, long unrepaired, long lost, long position, long end,
            long passes) {
        static Records of(JsonValue.Obj one) {
            return new Records(one.text("node", ""), one.number("found", 0), one.number("repaired", 0),
                    one.number("unrepaired", 0), one.number("lost", 0), one.number("position", 0), one.number("end", 0),
                    one.number("passes", 0));
        }

        /** Returns a sentence for operators. */
        String text() {
            return "Node " + node + " has found " + found + " damaged ranges in its log since it was started, and repaired "
                    + repaired + " of them" + (unrepaired == 0 ? "." : "; " + unrepaired + " are tried again, of which "
                    + lost + " no other node has whole. Its server log names them.");
        }
    }

    /**
     * Returns what a node tells.
     *
     * @param nameServer address of its name server, host:port
     * @param access user and encryption
     */
    static View status(String nameServer, RemoteAccess access) throws CommandFailedException {
        return status(nameServer, access, ANSWER_MS);
    }

    private static View status(String nameServer, RemoteAccess access, int answerMs) throws CommandFailedException {
        try (RemoteBroker line = open(nameServer, access, Math.min(answerMs, CONNECT_MS), answerMs)) {
            return view(JsonReader.read(line.ask(RequestCode.CLUSTER_STATUS, Map.of()).body()));
        } catch (MalformedFrameException | ClassCastException e) {
            throw new CommandFailedException(Launch.NOT_STARTED, "The answer of " + nameServer + " cannot be read ("
                    + e.getMessage() + "). Use the command line of the release that runs there.");
        }
    }

    /**
     * Returns what the first node tells that answers. Those that do not are asked last from now on.
     *
     * @param nameServers addresses of name servers; where there is one only, it may take its time
     */
    static View first(List<String> nameServers, RemoteAccess access) throws CommandFailedException {
        CommandFailedException failure = new CommandFailedException(Launch.WRONG_CONFIGURATION,
                "-n has no address, so nothing was asked. Write host:port, such as 127.0.0.1:9876.");
        int limitMs = nameServers.size() == 1 ? ANSWER_MS : ANSWER_OF_SEVERAL_MS;
        for (int i = 0; i < nameServers.size(); i++) {
            try {
                return status(nameServers.getFirst(), access, limitMs);
            } catch (CommandFailedException e) {
                failure = i == 0 ? e : failure;
                nameServers.add(nameServers.removeFirst());
            }
        }
        throw failure;
    }

    /** Has leadership handed over. */
    static void transfer(String nameServer, String to, RemoteAccess access) throws CommandFailedException {
        try (RemoteBroker line = open(nameServer, access)) {
            line.ask(RequestCode.CLUSTER_TRANSFER, command("transfer", to));
        }
    }

    /**
     * Has a node added, or goes on with that.
     *
     * @return whether it is a member; otherwise it fetches what the cluster has
     */
    static boolean add(String nameServer, NamedNode node, RemoteAccess access) throws CommandFailedException {
        try (RemoteBroker line = open(nameServer, access)) {
            Map<String, String> fields = command("add", node.name());
            fields.put("host", node.host());
            fields.put("port", Integer.toString(node.port()));
            JsonValue.Obj answer = (JsonValue.Obj) JsonReader.read(line.ask(RequestCode.CLUSTER_ADD, fields).body());
            return answer.text("state", "").equals("MEMBER");
        } catch (MalformedFrameException | ClassCastException e) {
            throw new CommandFailedException(Launch.NOT_STARTED, "The answer of " + nameServer + " cannot be read ("
                    + e.getMessage() + "). Use the command line of the release that runs there.");
        }
    }

    /** Has a node removed. */
    static void remove(String nameServer, String name, RemoteAccess access) throws CommandFailedException {
        try (RemoteBroker line = open(nameServer, access)) {
            line.ask(RequestCode.CLUSTER_REMOVE, command("remove", name));
        }
    }

    /** Returns the fields of a command, which say with the signature what it is and when it was given. */
    private static Map<String, String> command(String word, String node) {
        return new HashMap<>(Map.of(
                "command", word, "node", node, "time", Long.toString(System.currentTimeMillis())));
    }

    private static View view(JsonValue json) {
        JsonValue.Obj all = (JsonValue.Obj) json;
        String node = all.text("node", "");
        if (all.text("state", "").equals("starting")) {
            return new View(node, "starting", null, node, List.of(), List.of(), json);
        }
        JsonValue.Obj cluster = all.object("cluster");
        List<Node> nodes = new ArrayList<>();
        for (JsonValue item : cluster.array("nodes")) {
            JsonValue.Obj one = (JsonValue.Obj) item;
            nodes.add(new Node(one.text("name", ""), one.text("host", "") + ":" + one.number("port", 0),
                    one.text("role", "UNKNOWN"), one.number("lag", -1), one.number("silentMs", -1)));
        }
        List<Records> records = new ArrayList<>();
        all.array("records").forEach(item -> records.add(Records.of((JsonValue.Obj) item)));
        return new View(
                node, all.text("state", ""), cluster.text("leader", null), cluster.text("by", ""), nodes, records, json);
    }

    private static RemoteBroker open(String nameServer, RemoteAccess access) throws CommandFailedException {
        return open(nameServer, access, CONNECT_MS, ANSWER_MS);
    }

    private static RemoteBroker open(String nameServer, RemoteAccess access, int connectMs, int answerMs)
            throws CommandFailedException {
        int colon = nameServer.lastIndexOf(':');
        int port = colon < 1 ? -1 : port(nameServer.substring(colon + 1));
        if (port < 0) {
            throw new CommandFailedException(Launch.WRONG_CONFIGURATION, "-n " + nameServer + " is not an address, so"
                    + " nothing was asked. Write host:port, such as 127.0.0.1:9876.");
        }
        RemoteAccess.Line line = access.line();
        String host = nameServer.substring(0, colon).replaceAll("^\\[|]$", "");
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), connectMs);
            socket.setSoTimeout(answerMs);
            return line.over(socket, nameServer, host, port);
        } catch (IOException e) {
            try {
                socket.close();
            } catch (IOException ignored) {
                // it was never open
            }
            throw new CommandFailedException(Launch.NOT_STARTED, "No node was reached at " + nameServer + " ("
                    + RemoteBroker.reason(e) + "). Give the address of a node's name server with -n host:port; any node"
                    + " of the cluster will do.");
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port < 65_536 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
