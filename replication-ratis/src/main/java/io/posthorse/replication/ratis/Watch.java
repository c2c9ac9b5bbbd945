package io.posthorse.replication.ratis;

import io.posthorse.platform.Clock;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;

/**
 * Looks four times a second at what the engine does not report: that it was closed by an error of its own, that a leader is
 * cut off, that there is no leader, and that a result of a catch-up is never taken.
 */
final class Watch implements AutoCloseable {
    private static final long PERIOD_MS = 250;
    private static final long UNTAKEN_MS_MAX = 15_000;

    /** What the watch may do. */
    interface Consequences {
        void stepDown(String reason);

        void failed(Throwable cause);
    }

    private final RaftServer.Division division;
    private final Leadership leadership;
    private final Followed followed;
    private final CatchUps catchUps;
    private final CommitWatch commits;
    private final Clock clock;
    private final Consequences consequences;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private long untakenMs;

    Watch(String name, RaftServer.Division division, Leadership leadership, Followed followed, CatchUps catchUps,
            CommitWatch commits, Clock clock, Consequences consequences) {
        this.division = division;
        this.leadership = leadership;
        this.followed = followed;
        this.catchUps = catchUps;
        this.commits = commits;
        this.clock = clock;
        this.consequences = consequences;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed.await(PERIOD_MS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            // nobody interrupts it
        } catch (RuntimeException | Error e) {
            consequences.failed(e);
        }
    }

    private void look() {
        DivisionInfo info = division.getInfo();
        if (info.getLifeCycleState().isClosingOrClosed()) {
            consequences.failed(ClosedException.of(division));
            return;
        }
        followed.check(() -> nameOf(info.getLeaderId()));
        boolean leads = leadership.leads();
        long last = division.getRaftLog().getNextIndex() - 1;
        if (commits.isStuck(leads, last, division.getRaftLog().getLastCommittedIndex(), clock.nanos())) {
            consequences.stepDown("nothing was committed for too long: no majority answers");
        } else if (info.isLeader() && leadership.isOver(info.getCurrentTerm())) {
            consequences.stepDown("its leadership is over, but the engine leads still");
        }
        untakenMs = catchUps.isUntaken() ? untakenMs + PERIOD_MS : 0;
        if (untakenMs > UNTAKEN_MS_MAX) {
            consequences.failed(new IOException("A fetched checkpoint was not taken by the engine, since the leader has"
                    + " changed at that moment. Restart this node; it goes on from that checkpoint"));
        }
    }

    private static String nameOf(RaftPeerId id) {
        return id == null ? null : id.toString();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
