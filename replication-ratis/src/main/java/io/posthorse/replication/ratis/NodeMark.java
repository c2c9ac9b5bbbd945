package io.posthorse.replication.ratis;

import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file {@code node} in a node's data directory: which node of which group it is, an id that is new with each empty
 * directory, and those of the other founders. A node whose directory was emptied has forgotten votes and entries that the
 * others count on, and the engine would start it as if nothing had happened. The page docs/formats/group-files.md has its
 * bytes.
 *
 * @param incarnation chosen by chance when the directory was empty
 * @param phase how far the group has come, as far as this node knows
 * @param founders incarnations of all nodes that the group was founded with, by their names; empty in
 *     {@link Phase#FOUNDING}
 * @param joined incarnations of the nodes that were added to it later, as far as this node knows; at most
 *     {@link #JOINED_MAX}
 */
record NodeMark(UUID group, String name, UUID incarnation, Phase phase, Map<String, UUID> founders,
        Map<String, UUID> joined) {
    static final String NAME = "node";
    private static final long MAGIC = 0x50484E4F44450000L; // PHNODE
    /** Version without nodes that joined, which is written as long as there are none. */
    private static final int FOUNDERS_ONLY = 1;
    private static final int VERSION = 2;
    static final int JOINED_MAX = 200;
    static final int NAME_BYTES_MAX = 64;
    private static final int HEAD = 16;
    private static final int BYTES_MAX = 64 << 10;

    /** How far a group has come. */
    enum Phase {
        /** Not all nodes have been met. */
        FOUNDING(0),
        /** All nodes have been met, but the engine may not have run here. */
        FOUNDED(1),
        /** The engine has run here: its directory must be there. */
        RUNNING(2),
        /** The engine has had entries here, which the others count on: its log must be there. */
        ENTRIES(3),
        /** The group has removed this node. */
        REMOVED(4);

        private final byte code;

        Phase(int code) {
            this.code = (byte) code;
        }

        /** Returns the byte by which it is written. */
        byte code() {
            return code;
        }

        /** Returns the phase of a byte. */
        static Phase of(byte code) throws IOException {
            for (Phase phase : values()) {
                if (phase.code == code) {
                    return phase;
                }
            }
            throw new IOException("The phase " + code + " of a group is unknown to this release. Start the newer one");
        }
    }

    NodeMark {
        founders = Map.copyOf(founders);
        joined = Map.copyOf(joined);
    }

    /** Makes a mark of a group to which nobody was added. */
    NodeMark(UUID group, String name, UUID incarnation, Phase phase, Map<String, UUID> founders) {
        this(group, name, incarnation, phase, founders, Map.of());
    }

    /** Makes a mark for an empty directory. */
    static NodeMark create(UUID group, String name, Entropy entropy) {
        return new NodeMark(
                group, name, new UUID(entropy.nextLong(), entropy.nextLong()), Phase.FOUNDING, Map.of());
    }

    NodeMark founded(Map<String, UUID> by) {
        return new NodeMark(group, name, incarnation, Phase.FOUNDED, by);
    }

    NodeMark in(Phase later) {
        return new NodeMark(group, name, incarnation, later, founders, joined);
    }

    NodeMark with(Map<String, UUID> newFounders, Map<String, UUID> newJoined) {
        return new NodeMark(group, name, incarnation, phase, newFounders, newJoined);
    }

    /** Returns whether this node was added to a group that ran. */
    boolean hasJoined() {
        return incarnation.equals(joined.get(name));
    }

    /** Returns the incarnation of a node; null where it is not known. */
    UUID known(String node) {
        return joined.getOrDefault(node, founders.get(node));
    }

    /**
     * Reads a directory's mark.
     *
     * @return null where there is none
     * @throws IOException where it is damaged, or of a newer release
     */
    static NodeMark read(FileStore files) throws IOException {
        if (!files.list().contains(NAME)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.allocate(BYTES_MAX);
        try (StoredFile file = files.openExisting(NAME)) {
            file.read(0, in);
        }
        in.flip();
        boolean isWhole = in.limit() >= HEAD + 4 && in.getLong(0) == MAGIC && in.getInt(12) == in.limit()
                && in.getInt(in.limit() - 4) == crc(in, in.limit() - 4);
        if (!isWhole) {
            throw new IOException("The file " + NAME + " in " + files.place() + " is damaged, so it is unknown which node"
                    + " of the group this is. Restore it from a copy, or let the node join anew, under another name and"
                    + " with an empty directory");
        }
        int version = in.getInt(8);
        if (version < FOUNDERS_ONLY || version > VERSION) {
            throw new IOException("The file " + NAME + " in " + files.place() + " has version " + version
                    + "; this release knows versions up to " + VERSION + ". Start the newer release");
        }
        in.position(HEAD);
        UUID group = id(in);
        UUID incarnation = id(in);
        String name = text(in);
        Phase phase = Phase.of(in.get());
        return new NodeMark(
                group, name, incarnation, phase, nodes(in), version == FOUNDERS_ONLY ? Map.of() : nodes(in));
    }

    /** Writes the mark, durably. */
    void write(FileStore files) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX);
        out.putLong(MAGIC).putInt(joined.isEmpty() ? FOUNDERS_ONLY : VERSION).putInt(0);
        put(out, group);
        put(out, incarnation);
        put(out, name);
        out.put(phase.code());
        put(out, founders);
        if (!joined.isEmpty()) {
            put(out, joined);
        }
        out.putInt(12, out.position() + 4).putInt(crc(out, out.position())).flip();
        try (StoredFile file = files.open(NAME + ".new")) {
            file.truncate(0);
            file.write(0, out);
            file.force();
        }
        files.rename(NAME + ".new", NAME);
        files.forceNames();
    }

    static void put(ByteBuffer out, UUID id) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    static UUID id(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) bytes.length).put(bytes);
    }

    static String text(ByteBuffer in) {
        byte[] bytes = new byte[Math.min(in.getShort() & 0xFFFF, in.remaining() + 1)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Puts u8 count, and of each node u16 length, name, 16 bytes. */
    static void put(ByteBuffer out, Map<String, UUID> nodes) {
        out.put((byte) nodes.size());
        new TreeMap<>(nodes).forEach((node, id) -> {
            put(out, node);
            put(out, id);
        });
    }

    static Map<String, UUID> nodes(ByteBuffer in) {
        Map<String, UUID> nodes = new TreeMap<>();
        for (int left = in.get() & 0xFF; left > 0; left--) {
            nodes.put(text(in), id(in));
        }
        return nodes;
    }

    private static int crc(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, length);
        return (int) crc.getValue();
    }

    /**
     * Refuses a node that has lost what it knew, or that is another one.
     *
     * @param mark of its data directory; null where it has none
     * @param group to take part in
     * @param name under which
     * @param hasLog whether the directory of the engine has this group
     * @param hasEntries whether it has files of the log, or has none with reason
     * @param hasRecords whether the data directory has records of a broker
     * @throws IOException with what happened, what it means, and what to do
     */
    static void admit(NodeMark mark, UUID group, String name, boolean hasLog, boolean hasEntries,
            boolean hasRecords) throws IOException {
        if (mark == null && hasLog) {
            throw new IOException(refusal(name) + "its data directory says of no node that it is this one's, but the"
                    + " engine's directory has a log of the group. Restore neither from a copy; " + ANEW);
        }
        if (mark == null && hasRecords) {
            throw new IOException(refusal(name) + "its data directory has the messages of a broker of its own, which would"
                    + " be lost: a group is founded with empty directories. Name another one");
        }
        if (mark != null && (!mark.group().equals(group) || !mark.name().equals(name))) {
            throw new IOException(refusal(name) + "its data directory is that of node " + mark.name() + " of group "
                    + mark.group() + ", and group " + group + " is configured. Name the right directory");
        }
        if (mark != null && mark.phase() == Phase.REMOVED) {
            throw removed(name);
        }
        boolean isLost = mark != null
                && (!hasLog && mark.phase().code() >= Phase.RUNNING.code() || !hasEntries && mark.phase() == Phase.ENTRIES);
        if (isLost) {
            throw new IOException(refusal(name) + "the engine's directory has lost its log, with votes and entries that the"
                    + " other nodes count on. Restore neither from a copy; " + ANEW);
        }
    }

    /** Refuses a node that was removed from its group. */
    static IOException removed(String name) {
        return new IOException(refusal(name) + "it was removed from it. Its directory stays as it is, and can be deleted. To"
                + " take part again, let it join anew, under another name and with empty directories");
    }

    /** Refuses a node whose directory was emptied: another node remembers an earlier incarnation of it. */
    static IOException emptied(String name, String by, UUID known, UUID own) {
        return new IOException(refusal(name) + "node " + by + " knows another incarnation of it, " + known + ", and its"
                + " directory has " + own + ": it was emptied once, or two machines use one name. Stop the"
                + " other, or " + ANEW);
    }

    private static final String ANEW = "remove the node from the group and let it join anew, under another name and with"
            + " empty directories";

    private static String refusal(String name) {
        return "Node " + name + " must not take part in the group: ";
    }
}
