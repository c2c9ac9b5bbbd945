package io.posthorse.replication.ratis;

import io.posthorse.replication.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What a node must know to take part in a group.
 *
 * @param group id of the group
 * @param self this node; its name is its identity for the engine, and the group listens on its host and port
 * @param members the nodes that found the group, this one included; later ones are known from the log. A node that was away
 *     while others joined has to be given those too, for it talks to nobody else
 * @param isJoining whether the group exists without this node: it takes no part in elections until a leader makes it a
 *     member
 * @param directory of the engine's files, which nobody else uses
 * @param tls how nodes know each other; null for none, which is possible on a loopback address only
 */
public record RatisSettings(UUID group, Member self, List<Member> members, boolean isJoining, Path directory, RatisTls tls,
        Times times, Sizes sizes) {
    public RatisSettings {
        members = List.copyOf(members);
        if (!isJoining && members.stream().noneMatch(member -> member.name().equals(self.name()))) {
            throw new IllegalArgumentException(self.name() + " is none of the members " + members
                    + ". Name it there, or let it join the group");
        }
    }

    /** Returns the same for a node that was added to a group that runs. */
    RatisSettings asJoining() {
        return new RatisSettings(group, self, members, true, directory, tls, times, sizes);
    }

    /**
     * Durations in milliseconds.
     *
     * @param electionMin silence of a leader after which a follower stands for election, at least
     * @param electionMax and at most
     * @param request limit of a call to another node, and of a transfer of leadership
     * @param commit time without a commit after which a leader with something under way steps down
     * @param stepDownWait how long a leader that lost the majority stands for no election
     */
    public record Times(int electionMin, int electionMax, int request, int commit, int stepDownWait) {
        /** The engine looks each time only after it has waited, so it takes up to twice as long to miss a leader. */
        public static final Times DEFAULT = new Times(600, 1_500, 3_000, 3_000, 3_000);
    }

    /**
     * Sizes in bytes, unless named otherwise.
     *
     * @param entryMax largest entry, which is a batch and {@link #ENTRY_OVERHEAD}; never to be lowered once a log exists
     * @param segment of a file of the engine's log
     * @param checkpointGap entries behind a checkpoint before the engine asks for what is dispensable
     * @param purgeGap fewest entries that are worth a deletion
     */
    public record Sizes(int entryMax, int segment, int checkpointGap, int purgeGap) {
        public static final Sizes DEFAULT = new Sizes(16 << 20, 64 << 20, 64, 16);
        /** What an entry may have beside its batch, generously. */
        static final int ENTRY_OVERHEAD = 64 << 10;

        /** Returns the largest batch. */
        int batchMax() {
            return entryMax - ENTRY_OVERHEAD;
        }

        /** Returns the engine's buffer of written, not yet forced entries: what a crash of the machine can tear. */
        int writeBuffer() {
            return entryMax + (1 << 20);
        }
    }
}
