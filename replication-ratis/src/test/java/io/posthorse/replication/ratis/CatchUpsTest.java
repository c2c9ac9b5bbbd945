package io.posthorse.replication.ratis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.replication.EntryPlace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatchUpsTest {
    private final MemoryReplica replica = new MemoryReplica();
    private final Deliveries deliveries =
            new Deliveries("test", replica, EntryPlace.NONE, new Leadership(replica), replica::failed);
    private final CatchUps catchUps = new CatchUps(deliveries, 10);
    private final CompletableFuture<EntryPlace> fetching = new CompletableFuture<>();

    CatchUpsTest() {
        replica.catchUp = first -> fetching;
        deliveries.start();
    }

    @AfterEach
    void close() {
        deliveries.close();
    }

    private static TermIndex at(long term, long index) {
        return TermIndex.valueOf(term, index);
    }

    @Test
    void theTruePlaceOfTheCheckpointIsTheAnswer() throws Exception {
        CompletableFuture<TermIndex> answer = catchUps.ask(10, at(5, 50));
        assertFalse(catchUps.isUntaken());
        fetching.complete(new EntryPlace(3, 60));
        assertEquals(at(3, 60), answer.get(5, TimeUnit.SECONDS));
        assertTrue(catchUps.isUntaken());
        assertEquals(new EntryPlace(3, 60), catchUps.take());
        assertFalse(catchUps.isUntaken());
    }

    @Test
    void whereTheLeadersEntriesSufficeNothingIsFetched() throws Exception {
        assertNull(catchUps.ask(-1, at(1, 0)).get(5, TimeUnit.SECONDS), "a new node, and a log from the begin");
        assertNull(catchUps.ask(60, at(5, 50)).get(5, TimeUnit.SECONDS));
        assertNull(catchUps.ask(49, at(5, 50)).get(5, TimeUnit.SECONDS), "a new member is always notified once");
        assertFalse(catchUps.ask(49, at(5, 50)).isDone(), "but a leader that asks again cannot deliver");
    }

    @Test
    void aChangeOfLeadersFailsTheAnswerAndTheNextOneGetsWhatWasFetched() throws Exception {
        CompletableFuture<TermIndex> first = catchUps.ask(10, at(5, 50));
        await().until(() -> replica.caughtUp.size() == 1);
        catchUps.leaderChanged();
        assertTrue(first.isCompletedExceptionally());
        CompletableFuture<TermIndex> second = catchUps.ask(10, at(6, 40));
        fetching.complete(new EntryPlace(3, 60));
        assertEquals(at(3, 60), second.get(5, TimeUnit.SECONDS));
        assertEquals(1, replica.caughtUp.size());
    }

    @Test
    void aChangeOfLeadersAfterTheAnswerLeavesItUntaken() throws Exception {
        CompletableFuture<TermIndex> answer = catchUps.ask(10, at(5, 50));
        fetching.complete(new EntryPlace(3, 60));
        answer.get(5, TimeUnit.SECONDS);
        catchUps.leaderChanged();
        assertTrue(catchUps.isUntaken(), "the watch has the node restarted");
    }

    @Test
    void aClosedGroupAnswersToo() {
        CompletableFuture<TermIndex> answer = catchUps.ask(10, at(5, 50));
        deliveries.close();
        await().until(answer::isCompletedExceptionally);
    }
}
