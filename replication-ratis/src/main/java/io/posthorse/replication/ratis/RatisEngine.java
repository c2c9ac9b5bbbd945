package io.posthorse.replication.ratis;

import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.replication.ConsensusEngine;
import io.posthorse.replication.GroupSettings;
import io.posthorse.replication.NodeCertificates;
import io.posthorse.replication.Peers;
import io.posthorse.replication.ReplicatedLog;
import java.io.IOException;

/** Apache Ratis as the engine of a group. */
public final class RatisEngine implements ConsensusEngine {
    @Override
    public Membership admit(GroupSettings settings, FileStore files) throws IOException {
        NodeCertificates own = settings.certificates();
        RatisTls tls = own == null ? null : new RatisTls(own.certificate(), own.key(), own.trusted());
        RatisSettings all = new RatisSettings(
                settings.group(), settings.self(), settings.members(), false, settings.directory(), tls,
                RatisSettings.Times.DEFAULT, RatisSettings.Sizes.DEFAULT);
        return admit(all, files, Entropy.system());
    }

    /** Admits a node with settings of the engine. */
    static Membership admit(RatisSettings settings, FileStore files, Entropy entropy) throws IOException {
        NodeMark mark = NodeMark.read(files);
        boolean hasRecords = files.list().stream().anyMatch(name -> name.endsWith(".log") || name.contains(".checkpoint"));
        boolean hasLog = RatisGroup.hasLog(settings.directory(), settings.group());
        NodeMark.admit(mark, settings.group(), settings.self().name(), hasLog,
                EngineFiles.hasEntries(settings.directory(), settings.group()), hasRecords);
        if (mark == null) {
            mark = NodeMark.create(settings.group(), settings.self().name(), entropy);
            mark.write(files);
        }
        Founding founding = new Founding(settings, files, Clock.system(), mark);
        founding.meet();
        return (replica, service, clock) -> join(settings, founding, replica, service, clock);
    }

    private static Joined join(
            RatisSettings settings, Founding founding, ReplicatedLog.Replica replica, Peers.Service service, Clock clock)
            throws IOException {
        RatisGroup group = RatisGroup.open(
                settings, new NotedReplica(replica, founding), founding.answering(service), clock);
        try {
            founding.reached(NodeMark.Phase.RUNNING);
        } catch (IOException | RuntimeException | Error e) {
            group.close();
            throw e;
        }
        return new Joined(group, group.peers());
    }
}
