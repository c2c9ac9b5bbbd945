package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.LogSettings;
import io.posthorse.testkit.SimulatedClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A clock that is wrong for a while deletes, delivers and delays nothing. */
class BrokerTimeTest {
    private static final long YEARS = 10L * 365 * 86_400_000;
    private static final long START = 1_700_000_000_000L;

    private final SimulatedClock clock = new SimulatedClock(START);
    private final List<String> notices = new ArrayList<>();

    private BrokerTime time(long lastMs) {
        BrokerTime time = new BrokerTime(clock, lastMs);
        time.onNotice(notices::add);
        time.read();
        return time;
    }

    private void pass(BrokerTime time, long ms) {
        for (long left = ms; left > 0; left -= 1_000) {
            clock.advance(Math.min(1_000, left));
            time.read();
        }
    }

    @Test
    void aStepThatLastsAMinuteIsReportedAndNotFollowed() {
        for (long step : new long[] {YEARS, -YEARS, 100_000, -100_000}) {
            BrokerTime time = time(0);
            long before = time.wallMs();
            clock.jump(step);
            pass(time, 60_000);
            assertEquals(before + 60_000, time.wallMs());
            assertEquals(before + 60_000, time.logMs());
            assertEquals(1, notices.size(), notices.toString());
            clock.jump(-step);
            pass(time, 1_000);
            assertEquals(before + 61_000, time.wallMs());
            assertEquals("The machine's clock is right again.", notices.getLast());
            notices.clear();
        }
    }

    @Test
    void aLastingStepIsFollowed() {
        BrokerTime time = time(0);
        clock.jump(YEARS);
        pass(time, BrokerTime.HOLD_MS + 2_000);
        assertEquals(clock.wallMs(), time.wallMs());
        assertEquals(clock.wallMs(), time.logMs());
        assertEquals(2, notices.size(), notices.toString());
    }

    @Test
    void smallStepsAreFollowedAtOnceAndTheLogsTimeNeverGoesBack() {
        BrokerTime time = time(0);
        clock.jump(30_000);
        pass(time, 1_000);
        assertEquals(clock.wallMs(), time.wallMs());
        long log = time.logMs();
        clock.jump(-50_000);
        pass(time, 10_000);
        assertEquals(clock.wallMs(), time.wallMs());
        assertEquals(log + 9_000, time.logMs(), "a little slower than time");
        pass(time, 600_000);
        assertEquals(time.wallMs(), time.logMs(), "until they meet");
        assertEquals(List.of(), notices);
    }

    @Test
    void recordsWrittenWhileAStepIsInDoubtCountAsWrittenAfterIt() {
        BrokerTime time = time(0);
        long before = time.logMs();
        clock.jump(3 * 3_600_000);
        pass(time, 60_000);
        long written = time.logMs();
        pass(time, BrokerTime.HOLD_MS);
        assertEquals(written + 3 * 3_600_000, time.correctedTime(written), 2_000);
        assertEquals(before, time.correctedTime(before), "what was written before the step is as old as it is");
        assertEquals(time.logMs(), time.correctedTime(time.logMs()));
    }

    @Test
    void correctingAClockThatWasFollowedBackMakesNoRecordYounger() {
        BrokerTime time = time(0);
        clock.jump(-3 * 86_400_000L);
        pass(time, BrokerTime.HOLD_MS + 2_000);
        assertEquals(clock.wallMs(), time.wallMs());
        clock.jump(3 * 86_400_000L);
        pass(time, 60_000);
        long written = time.logMs();
        pass(time, BrokerTime.HOLD_MS);
        assertEquals(clock.wallMs(), time.logMs());
        assertTrue(time.correctedTime(written) <= time.logMs(), "a record of the future: " + time.correctedTime(written));
    }

    @Test
    void aClockSetBackAnHourIsCaughtUpInShortTurnsToo() {
        BrokerTime time = time(START + 120_000);
        for (int i = 0; i < 1_000; i++) { // turns of a millisecond must not lose what is left of a tenth
            clock.advance(1);
            time.read();
        }
        assertEquals(START + 120_900, time.logMs());
    }

    @Test
    void aStartContinuesAtTheTimeOfTheLog() {
        assertEquals(START, time(START - 3_600_000).wallMs(), "an hour of rest is no wonder");
        BrokerTime ahead = time(START - YEARS);
        assertEquals(START - YEARS, ahead.wallMs());
        BrokerTime back = time(START + YEARS);
        assertEquals(START + YEARS, back.logMs());
        assertEquals(START, back.wallMs(), "what goes by the clock is not early by it");
        pass(back, BrokerTime.HOLD_MS + 2_000);
        assertEquals(clock.wallMs(), back.wallMs());
        assertTrue(back.logMs() > START + YEARS);
    }

    @Test
    void aClockAheadForAMinuteDeletesAndDeliversNothing() throws IOException { // case D11, D
        Directory directory = new Directory();
        directory.log = new LogSettings(1 << 16, 1 << 14, 1 << 14, false);
        directory.retention = new Retention(72L * 3_600_000, 0, 0.75, ms -> true);
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        broker.admit(TestFormat.HEADER + 10, 1);
        broker.delayed().publishAt(topic.partition(0), new TestFormat.Sent(1_000_000, topic.partition(0).id(), 10),
                broker.wallNow() + 86_400_000);
        for (int i = 0; i < 400; i++) {
            directory.publish(topic.partition(0), 400);
            if (i % 100 == 99) {
                directory.shard.turn();
                broker.checkpoint();
                directory.rest();
            }
        }
        long messages = broker.end(topic.partition(0)) - broker.begin(topic.partition(0));
        directory.clock.jump(YEARS);
        directory.pass(60_000);
        directory.clock.jump(-YEARS);
        directory.pass(60_000);
        assertEquals(messages, broker.end(topic.partition(0)) - broker.begin(topic.partition(0)));
        assertEquals(1, broker.delayed().size());
    }

    @Test
    void lanesAndLeasesSurviveAClockSetBack() throws IOException {
        Directory directory = new Directory();
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        broker.admit(TestFormat.HEADER + 10, 1);
        broker.delayed().publishLater(topic.partition(0), new TestFormat.Sent(1, topic.partition(0).id(), 10), 0);
        directory.rest();
        directory.clock.jump(-YEARS);
        directory.pass(1_000);
        assertEquals(1, broker.end(topic.partition(0)), "the delay of 50 ms is over");
    }
}
