package io.posthorse.replication.ratis;

import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file {@code node} in a node's data directory: which node of which group it is, and an id that is new with each empty
 * directory. A node whose directory was emptied has forgotten votes and entries that the others count on, and the engine
 * would start it as if nothing had happened. The page docs/formats/group-files.md has its bytes.
 *
 * @param incarnation chosen by chance when the directory was empty
 */
public record NodeMark(UUID group, String name, UUID incarnation) {
    static final String NAME = "node";
    private static final long MAGIC = 0x50484E4F44450000L; // PHNODE
    private static final int VERSION = 1;
    private static final int HEAD = 48;
    private static final int NAME_BYTES_MAX = 1024;

    /** Makes a mark for an empty directory. */
    public static NodeMark create(UUID group, String name, Entropy entropy) {
        return new NodeMark(group, name, new UUID(entropy.nextLong(), entropy.nextLong()));
    }

    /**
     * Reads a directory's mark.
     *
     * @return null where there is none
     * @throws IOException where it is damaged, or of a newer release
     */
    public static NodeMark read(FileStore files) throws IOException {
        if (!files.list().contains(NAME)) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(HEAD + NAME_BYTES_MAX + 4);
        try (StoredFile file = files.openExisting(NAME)) {
            file.read(0, bytes);
        }
        bytes.flip();
        int nameBytes = bytes.limit() < HEAD + 4 ? -1 : bytes.getInt(12);
        boolean isWhole = nameBytes >= 0 && bytes.limit() == HEAD + nameBytes + 4 && bytes.getLong(0) == MAGIC
                && bytes.getInt(HEAD + nameBytes) == crc(bytes, HEAD + nameBytes);
        if (!isWhole) {
            throw new IOException("The file " + NAME + " in " + files.place() + " is damaged, so it is unknown which node"
                    + " of the group this is. Restore it from a copy, or let the node join anew, under another name and"
                    + " with an empty directory");
        }
        if (bytes.getInt(8) != VERSION) {
            throw new IOException("The file " + NAME + " in " + files.place() + " has version " + bytes.getInt(8)
                    + "; this release knows version " + VERSION + ". Start the newer release");
        }
        return new NodeMark(new UUID(bytes.getLong(16), bytes.getLong(24)),
                new String(bytes.array(), HEAD, nameBytes, StandardCharsets.UTF_8),
                new UUID(bytes.getLong(32), bytes.getLong(40)));
    }

    /** Writes the mark, durably. Has to be done before the group is opened for the first time. */
    public void write(FileStore files) throws IOException {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        if (text.length > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("a name of " + text.length + " bytes, of at most " + NAME_BYTES_MAX);
        }
        ByteBuffer bytes = ByteBuffer.allocate(HEAD + text.length + 4);
        bytes.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, text.length);
        bytes.putLong(16, group.getMostSignificantBits()).putLong(24, group.getLeastSignificantBits());
        bytes.putLong(32, incarnation.getMostSignificantBits()).putLong(40, incarnation.getLeastSignificantBits());
        bytes.put(HEAD, text).putInt(HEAD + text.length, crc(bytes, HEAD + text.length));
        try (StoredFile file = files.open(NAME + ".new")) {
            file.truncate(0);
            file.write(0, bytes);
            file.force();
        }
        files.rename(NAME + ".new", NAME);
        files.forceNames();
    }

    private static int crc(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, length);
        return (int) crc.getValue();
    }

    /**
     * Refuses a node that has lost what it knew.
     *
     * @param mark of its data directory; null where it has none
     * @param group to take part in
     * @param name under which
     * @param known incarnation under which the group's records have that name; null where they do not have it, or nobody
     *     could be asked
     * @param hasLog whether the directory of the engine has this group's log, see {@link RatisGroup#hasLog}
     * @param isFirst whether the group is founded now, or this node is about to join it for the first time
     * @throws IOException with what happened, what it means, and what to do
     */
    public static void admit(NodeMark mark, UUID group, String name, UUID known, boolean hasLog, boolean isFirst)
            throws IOException {
        if (mark == null && (known != null || hasLog || !isFirst)) {
            throw new IOException(refusal(name) + "its data directory says of no node that it is this one's: it was"
                    + " emptied, or another one is named. Name the right directory, or " + ANEW);
        }
        if (mark != null && (!mark.group().equals(group) || !mark.name().equals(name))) {
            throw new IOException(refusal(name) + "its data directory is that of node " + mark.name() + " of group "
                    + mark.group() + ", and group " + group + " is configured. Name the right directory");
        }
        if (mark != null && known != null && !mark.incarnation().equals(known)) {
            throw new IOException(refusal(name) + "the group knows another incarnation of it, " + known + ", and its"
                    + " directory has " + mark.incarnation() + ": it was emptied once, or two machines use one name. Stop"
                    + " the other, or " + ANEW);
        }
        if (mark != null && !hasLog && !isFirst) {
            throw new IOException(refusal(name) + "the engine's directory has lost its log, with votes and entries that the"
                    + " other nodes count on. Restore neither from a copy; " + ANEW);
        }
    }

    private static final String ANEW = "remove the node from the group and let it join anew, under another name and with"
            + " empty directories";

    private static String refusal(String name) {
        return "Node " + name + " must not take part in the group: ";
    }
}
