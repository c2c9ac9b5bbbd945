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
        KnownNodes known = new KnownNodes(files, mark);
        Founding founding = new Founding(settings, known, Clock.system());
        founding.meet();
        boolean isJoining = known.mark().hasJoined();
        return new Admitted(isJoining ? settings.asJoining() : settings, known, founding.list(), new PeerCalls(settings));
    }

    /** A node that may take part. */
    private record Admitted(RatisSettings settings, KnownNodes known, String nodes, PeerCalls peers) implements Membership {
        @Override
        public boolean isJoining() {
            return settings.isJoining();
        }

        @Override
        public long firstEntry() throws IOException {
            return EngineFiles.firstEntry(settings.directory(), settings.group());
        }

        @Override
        public Joined join(ReplicatedLog.Replica replica, Peers.Service service, Clock clock) throws IOException {
            Admissions admissions = new Admissions(settings, known, clock);
            NotedReplica noted = new NotedReplica(replica, known, settings.directory(), admissions::explain);
            RatisGroup group = RatisGroup.open(settings, noted, peers,
                    admissions.answering(nodes, service), admissions::isKnown, clock);
            try {
                known.reached(NodeMark.Phase.RUNNING);
                admissions.begin(group);
            } catch (IOException | RuntimeException | Error e) {
                group.close();
                throw e;
            }
            return new Joined(group, peers, admissions);
        }
    }
}
