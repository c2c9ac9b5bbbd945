package io.posthorse.replication.ratis;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What a node says about itself to any other: u8 version 1, u8 phase, 16 bytes incarnation, the founders as in
 * {@link NodeMark}, 16 bytes id of the group, the nodes as configured, as text, those that joined, like the founders, its
 * name, and the names of the members, with commas between, none while they are not known. The question is u8 16.
 *
 * @param name under which it was asked
 * @param nodes as configured, in the order of their names
 * @param ownName what it says that its name is
 * @param members names of the members, as its engine knows them; empty while it knows none
 */
record Introduction(String name, NodeMark.Phase phase, UUID incarnation, Map<String, UUID> founders, UUID group,
        String nodes, Map<String, UUID> joined, String ownName, Set<String> members) {
    private static final byte WHO = 16;
    private static final byte VERSION = 1;
    private static final int BYTES_MAX = 128 << 10;

    static ByteBuffer question() {
        return ByteBuffer.wrap(new byte[] {WHO});
    }

    static boolean isAsked(ByteBuffer request) {
        return request.hasRemaining() && request.get(request.position()) == WHO;
    }

    static ByteBuffer of(NodeMark mark, String nodes, Set<String> members) {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX);
        out.put(VERSION).put(mark.phase().code());
        NodeMark.put(out, mark.incarnation());
        NodeMark.put(out, mark.founders());
        NodeMark.put(out, mark.group());
        NodeMark.put(out, nodes);
        NodeMark.put(out, mark.joined());
        NodeMark.put(out, mark.name());
        NodeMark.put(out, String.join(",", members));
        return out.flip();
    }

    /**
     * Reads the answer of a node.
     *
     * @throws IOException where it is none, or of another version
     */
    static Introduction read(String name, ByteBuffer in) throws IOException {
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IOException("Node " + name + " introduces itself in version " + version + "; this release knows "
                        + VERSION + ". Found a cluster with nodes of one release");
            }
            return new Introduction(name, NodeMark.Phase.of(in.get()), NodeMark.id(in), NodeMark.nodes(in), NodeMark.id(in),
                    NodeMark.text(in), in.hasRemaining() ? NodeMark.nodes(in) : Map.of(),
                    in.hasRemaining() ? NodeMark.text(in) : name,
                    in.hasRemaining() ? Set.copyOf(List.of(NodeMark.text(in).split(","))) : Set.of());
        } catch (BufferUnderflowException e) {
            throw new IOException("the answer of node " + name + " ends too early", e);
        }
    }

    /** Returns whether the group runs, as far as that node knows. */
    boolean isOfRunning() {
        return phase != NodeMark.Phase.FOUNDING;
    }

    /** Returns whether it knows who is a member, and that a node is none. */
    boolean isWithout(String node) {
        return known(node) == null && !members.isEmpty() && !members.contains("") && !members.contains(node);
    }

    /** Returns the incarnation of a node that it knows; null where it knows none. */
    UUID known(String node) {
        return joined.getOrDefault(node, founders.get(node));
    }
}
