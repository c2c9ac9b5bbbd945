package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaHolder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** How long a user's requests are worked on before others come. */
class ConnectionTurnsTest {
    private static final long REQUEST_NANOS = 100_000;

    private long nanos = 1;
    private final ConnectionTurns turns = new ConnectionTurns(new Clock() {
        @Override
        public long wallMs() {
            return 0;
        }

        @Override
        public long nanos() {
            return nanos;
        }
    });
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<String> worked = new ArrayList<>();

    /** A connection with so many requests, each of which takes a tenth of a millisecond. */
    private final class Connections implements ConnectionTurns.Waiting {
        private final String user;
        private final ConnectionTurns.Line line;
        private int requests;

        Connections(String user, int requests) throws UnknownHostException {
            this.user = user;
            this.requests = requests;
            this.line = turns.enter(new QuotaHolder(user, InetAddress.getByName("10.0.0.1")), false);
        }

        void read() {
            if (line.isBusy()) {
                line.await(this, later::add);
            } else {
                continueTurn();
            }
        }

        @Override
        public void continueTurn() {
            long end = line.turnEnd();
            while (requests > 0 && !turns.isOver(end)) {
                requests--;
                nanos += REQUEST_NANOS;
                worked.add(user);
            }
            line.ended(end);
            if (requests > 0) {
                line.await(this, later::add);
            }
        }
    }

    @Test
    void aUserWithFewRequestsWaitsForFewRequestsOfABusyOne() throws UnknownHostException {
        List<Connections> greedy = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            greedy.add(new Connections("greedy", 1_000));
        }
        for (int i = 0; i < 500; i++) {
            worked.clear();
            if (i == 0) {
                greedy.forEach(Connections::read);
            }
            Connections little = new Connections("little", 1);
            little.read();
            assertEquals("little", worked.getLast(), "at once where he has had no turn yet");
            assertTrue(worked.size() <= 10, worked.size() + " requests before the one");
            little.line.leave(little);
            nanos += REQUEST_NANOS;
            later.remove().run();
        }
        while (!later.isEmpty()) {
            later.remove().run();
        }
        assertEquals(0, greedy.stream().mapToInt(one -> one.requests).sum(), "nothing is forgotten");
        greedy.forEach(one -> one.line.leave(one));
    }

    @Test
    void localConnectionsWithoutUsersNeverWait() {
        assertNull(turns.enter(new QuotaHolder("", InetAddress.getLoopbackAddress()), false));
    }

    @Test
    void aFailureInATurnStallsNoOtherConnection() throws UnknownHostException {
        Connections good = new Connections("ann", 20);
        ConnectionTurns.Line line = good.line;
        ConnectionTurns.Waiting bad = () -> {
            throw new IllegalStateException("a broken frame");
        };
        line.await(bad, later::add);
        line.await(good, later::add);
        while (!later.isEmpty()) {
            try {
                later.remove().run();
            } catch (IllegalStateException e) {
                // the loop logs it and goes on
            }
        }
        assertEquals(0, good.requests);
    }
}
