package io.posthorse.server;

import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.protocol.rocketmq.Copies;
import io.posthorse.replication.MasterLink;
import io.posthorse.server.config.ServerConfig;

/** What a slave knows about its master, and how far it is. Any thread may use it. */
final class SlaveStatus implements Copies {
    /** Silence after which the master counts as gone, in ms. */
    static final long SILENT_MS = MasterLink.SILENT_MS;
    /** Time in ms between two attempts to drop what the master has dropped. */
    static final long DROP_MS = 10_000;

    private final ServerConfig config;
    private volatile String master = "";
    private volatile String haAddress;
    private volatile boolean isFollowing;
    private volatile long masterEnd;
    private volatile long end;
    private volatile long[] kept;

    SlaveStatus(ServerConfig config) {
        this.config = config;
        String given = config.replication().masterAddress();
        this.haAddress = given == null ? "" : given;
    }

    /** Notes what a name server says about the master: its address for clients, and the one for slaves. */
    void masterIs(String broker, String ha) {
        master = broker;
        if (config.replication().masterAddress() == null && !ha.isEmpty()) {
            haAddress = ha;
        }
    }

    /** Returns the address for slaves; empty where it is not known. */
    String haAddress() {
        return haAddress;
    }

    void follows(boolean follows) {
        isFollowing = follows;
    }

    void masterHas(long position) {
        masterEnd = position;
    }

    void has(long position) {
        end = position;
    }

    void masterKeeps(long[] bases) {
        kept = bases;
    }

    long[] masterKeeps() {
        return kept;
    }

    @Override
    public long suggested(boolean isFarBehind) {
        return isFarBehind && config.replication().slaveRead() ? config.identity().brokerId() : 0;
    }

    @Override
    public void write(JsonWriter out) {
        out.beginObject().name("master").value(false).name("masterCommitLogMaxOffset").value(masterEnd);
        out.name("inSyncSlaveNums").value(0).name("haConnectionInfo").beginArray().endArray();
        out.name("haClientRuntimeInfo").beginObject().name("masterAddr").value(haAddress.isEmpty() ? master : haAddress);
        out.name("transferredByteInSecond").value(0).name("maxOffset").value(end).name("lastReadTimestamp").value(0);
        out.name("lastWriteTimestamp").value(0).name("masterFlushOffset").value(masterEnd);
        out.name("isActivated").value(isFollowing).endObject().endObject();
    }
}
