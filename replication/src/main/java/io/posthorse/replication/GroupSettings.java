package io.posthorse.replication;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What a node must know to take part in a group.
 *
 * @param group id of the group
 * @param self this node; its name is its identity for the group, and the group listens on its host and port
 * @param members all nodes that the group is founded with, this one included
 * @param directory of the engine's files, which nobody else uses
 * @param certificates by which nodes know each other; null for none, which is possible on a loopback address only
 */
public record GroupSettings(
        UUID group, Member self, List<Member> members, Path directory, NodeCertificates certificates) {
    public GroupSettings {
        members = List.copyOf(members);
    }
}
