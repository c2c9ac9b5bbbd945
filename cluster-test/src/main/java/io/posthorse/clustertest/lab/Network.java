package io.posthorse.clustertest.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A bridge in a namespace of its own, in which the clients run, and a cable from it to the namespace of each node.
 * Nothing of it is
 * seen outside, so its addresses are free to choose.
 */
final class Network {
    private static final String SUBNET = "10.77.0.";
    private static final int HUB = 254;
    /** A hardware address that nobody has: what goes there is lost on the way, and nobody is told. */
    private static final String NOWHERE = "02:00:00:00:ff:ff";

    private final String prefix;
    private final List<String> nodes = new ArrayList<>();

    private Network(String prefix) {
        this.prefix = prefix;
    }

    static Network create(Traces traces, String prefix, List<String> nodes) throws IOException, InterruptedException {
        Network network = new Network(prefix);
        network.namespace(traces, network.hub());
        network.in(network.hub(), "ip", "link", "add", "bridge", "type", "bridge");
        network.in(network.hub(), "ip", "address", "add", SUBNET + HUB + "/24", "dev", "bridge");
        network.in(network.hub(), "ip", "link", "set", "bridge", "up");
        for (String node : nodes) {
            network.add(traces, node);
        }
        return network;
    }

    private void namespace(Traces traces, String name) throws IOException, InterruptedException {
        traces.add(Traces.Kind.NETWORK, name);
        Shell.run("ip", "netns", "add", name);
        in(name, "ip", "link", "set", "lo", "up");
    }

    private void add(Traces traces, String node) throws IOException, InterruptedException {
        nodes.add(node);
        namespace(traces, namespace(node));
        in(hub(), "ip", "link", "add", port(node), "type", "veth", "peer", "name", "eth0", "netns", namespace(node));
        in(hub(), "ip", "link", "set", port(node), "master", "bridge", "up");
        in(namespace(node), "ip", "address", "add", address(node) + "/24", "dev", "eth0");
        in(namespace(node), "ip", "link", "set", "eth0", "up");
    }

    private static String port(String node) {
        return "to-" + node;
    }

    /** Returns the namespace in which the clients run. */
    String hub() {
        return prefix + "-hub";
    }

    String namespace(String node) {
        return prefix + "-" + node;
    }

    String address(String node) {
        return SUBNET + (nodes.indexOf(node) + 1);
    }

    /** Returns the lines of a hosts file that knows all nodes. */
    String hosts() {
        StringBuilder text = new StringBuilder("127.0.0.1 localhost\n");
        nodes.forEach(node -> text.append(address(node)).append(' ').append(node).append('\n'));
        return text.toString();
    }

    /** Pulls the cable of a node: neither side is told. */
    void cut(String node) throws IOException, InterruptedException {
        in(hub(), "ip", "link", "set", port(node), "down");
    }

    /** Puts the cable of a node back. */
    void join(String node) throws IOException, InterruptedException {
        in(hub(), "ip", "link", "set", port(node), "up");
    }

    /** Loses what one node sends to another, and lets the other direction pass. */
    void lose(String from, String to) throws IOException, InterruptedException {
        in(namespace(from), "ip", "neighbour", "replace", address(to), "lladdr", NOWHERE, "dev", "eth0", "nud", "permanent");
    }

    /** Loses what a node sends to clients. */
    void loseAnswers(String from) throws IOException, InterruptedException {
        in(namespace(from), "ip", "neighbour", "replace", SUBNET + HUB, "lladdr", NOWHERE,
                "dev", "eth0", "nud", "permanent");
    }

    /** Loses what clients send to a node. */
    void loseRequests(String to) throws IOException, InterruptedException {
        in(hub(), "ip", "neighbour", "replace", address(to), "lladdr", NOWHERE, "dev", "bridge", "nud", "permanent");
    }

    /** Lets everything pass. */
    void heal() throws IOException, InterruptedException {
        for (String node : nodes) {
            join(node);
            in(namespace(node), "ip", "neighbour", "flush", "dev", "eth0", "nud", "permanent");
        }
        in(hub(), "ip", "neighbour", "flush", "dev", "bridge", "nud", "permanent");
    }

    /** Returns the command that runs another one in a namespace. */
    static List<String> inside(String namespace) {
        return List.of("nsenter", "--net=/run/netns/" + namespace);
    }

    private String in(String namespace, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(inside(namespace));
        all.addAll(List.of(command));
        return Shell.run(all.toArray(String[]::new));
    }
}
