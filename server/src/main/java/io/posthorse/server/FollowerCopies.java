package io.posthorse.server;

import io.posthorse.broker.GroupReplica;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.protocol.rocketmq.Copies;
import java.util.function.Supplier;

/** What a node that follows tells consumers and tools of its copy. Used on the owner's thread. */
final class FollowerCopies implements Copies {
    private final GroupReplica copy;
    private final long id;
    private final Supplier<String> leader;

    /**
     * @param id the id of this node under its broker's name
     * @param leader supplies the name of the node that leads; null where none is known to
     */
    FollowerCopies(GroupReplica copy, long id, Supplier<String> leader) {
        this.copy = copy;
        this.id = id;
        this.leader = leader;
    }

    @Override
    public long suggested(boolean isFarBehind) {
        return isFarBehind ? id : 0;
    }

    /** Another node leads soon, if none does, and has all offsets; consumers keep their queues until then. */
    @Override
    public boolean knowsGroups() {
        return false;
    }

    @Override
    public void write(JsonWriter out) {
        String name = leader.get();
        long end = copy.point().position();
        out.beginObject().name("master").value(false).name("masterCommitLogMaxOffset").value(end);
        out.name("inSyncSlaveNums").value(0).name("haConnectionInfo").beginArray().endArray();
        out.name("haClientRuntimeInfo").beginObject().name("masterAddr").value(name == null ? "" : name);
        out.name("transferredByteInSecond").value(0).name("maxOffset").value(end).name("lastReadTimestamp").value(0);
        out.name("lastWriteTimestamp").value(0).name("masterFlushOffset").value(end);
        out.name("isActivated").value(name != null).endObject().endObject();
    }
}
