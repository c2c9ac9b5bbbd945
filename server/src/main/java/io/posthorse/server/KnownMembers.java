package io.posthorse.server;

import io.posthorse.replication.GroupStatus;
import io.posthorse.replication.Member;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The nodes of the cluster: those that the engine knows, or those of the settings before it runs. Any thread may use it. */
final class KnownMembers {
    private final String self;
    private final List<Member> configured;
    private final Supplier<GroupStatus> status;

    /** @param status supplies what the engine knows; null before it runs */
    KnownMembers(String self, List<Member> configured, Supplier<GroupStatus> status) {
        this.self = self;
        this.configured = List.copyOf(configured);
        this.status = status;
    }

    /** Returns the node with a name, which either list may have. */
    Optional<Member> find(String name) {
        return Stream.concat(configured.stream(), engines()).filter(member -> member.name().equals(name)).findFirst();
    }

    /** Returns all nodes but this one. */
    List<Member> others() {
        return (status.get() == null ? configured.stream() : engines())
                .filter(member -> !member.name().equals(self)).distinct().toList();
    }

    private Stream<Member> engines() {
        GroupStatus now = status.get();
        return now == null ? Stream.of() : now.peers().stream().map(GroupStatus.Peer::member);
    }
}
