package io.posthorse.replication.ratis;

import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The mark of this node, with what it knows of the others; every change is durable when a method returns. */
final class KnownNodes {
    private final FileStore files;
    private volatile NodeMark mark;

    KnownNodes(FileStore files, NodeMark mark) {
        this.files = files;
        this.mark = mark;
    }

    NodeMark mark() {
        return mark;
    }

    private void write(NodeMark next) throws IOException {
        if (!next.equals(mark)) {
            next.write(files);
            mark = next;
        }
    }

    /** Notes how far the group has come here; never goes back. */
    synchronized void reached(NodeMark.Phase phase) throws IOException {
        if (mark.phase().code() < phase.code()) {
            write(mark.in(phase));
        }
    }

    /** Notes the founders of the group, and who joined it. */
    synchronized void founded(Map<String, UUID> founders, Map<String, UUID> joined) throws IOException {
        write(mark.founded(founders).with(founders, joined));
    }

    /**
     * Notes that a node is to join the group, or has joined it.
     *
     * @throws IOException where its name is too long, or too many have joined
     */
    synchronized void note(String name, UUID incarnation) throws IOException {
        Map<String, UUID> joined = new TreeMap<>(mark.joined());
        joined.put(name, incarnation);
        if (joined.size() > NodeMark.JOINED_MAX
                || name.getBytes(StandardCharsets.UTF_8).length > NodeMark.NAME_BYTES_MAX) {
            throw new IOException("no more than " + NodeMark.JOINED_MAX + " nodes can join, under names of up to "
                    + NodeMark.NAME_BYTES_MAX + " bytes; remove those that are not needed");
        }
        write(mark.with(mark.founders(), joined));
    }

    /** Forgets a node that was removed, so that another one may have its name. */
    synchronized void forget(String name) throws IOException {
        if (name.equals(mark.name())) {
            return;
        }
        Map<String, UUID> founders = new TreeMap<>(mark.founders());
        Map<String, UUID> joined = new TreeMap<>(mark.joined());
        founders.remove(name);
        joined.remove(name);
        write(mark.with(founders, joined));
    }
}
