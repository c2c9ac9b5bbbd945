package io.posthorse.clustertest.round;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.History;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.history.Way;
import io.posthorse.clustertest.round.ClusterView.Member;
import io.posthorse.clustertest.round.ClusterView.State;
import io.posthorse.clustertest.round.Timeline.Sample;
import io.posthorse.clustertest.round.Timeline.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private static final Place PLACE = new Place("plain", 0);

    private static Sample sample(long at, String leader, long term, String roleOfA, long lagOfA) {
        return new Sample(at, Optional.of(new State(List.of(new Member("a", roleOfA, term, lagOfA),
                new Member("b", "b".equals(leader) ? "LEADING" : "FOLLOWING", term, 0)), leader)));
    }

    private static List<Event> send(String id, long sent, long acknowledged) {
        return List.of(new Event.Sent(sent, id, PLACE, "", 1, 0, ""), new Event.Acknowledged(acknowledged, id, PLACE, sent));
    }

    @Test
    void aLeaderThatWasKilled() {
        List<Sample> samples = List.of(sample(90, "a", 1, "LEADING", 0), sample(150, "", 1, "LEADING", 0),
                sample(200, "b", 2, "DOWN", 50), sample(600, "b", 2, "FOLLOWING", ClusterView.LAG_MAX + 1),
                sample(700, "b", 2, "FOLLOWING", 0));
        List<Event> events = new ArrayList<>(send("m1", 80, 95));
        events.addAll(send("m2", 99, 130)); // on its way when it happened
        events.addAll(send("m3", 110, 250));
        events.addAll(send("m4", 251, 260));
        events.add(new Event.Delivered(280, "c", "g", Way.PUSH, "m2", PLACE, 1, 1, 0));
        events.add(new Event.Delivered(290, "c", "g", Way.PUSH, "m3", PLACE, 2, 1, 0));
        Timeline times = Timeline.of(new Span(100, 500, 800, "a"), samples, new History(events), 2);
        assertEquals(new Timeline(OptionalLong.of(50), OptionalLong.of(100), OptionalLong.of(150), OptionalLong.of(190),
                OptionalLong.of(600), 120), times);
    }

    @Test
    void aFollowerThatNobodyMisses() {
        List<Sample> samples = List.of(sample(90, "b", 1, "FOLLOWING", 0), sample(150, "b", 1, "FOLLOWING", 0),
                sample(300, "b", 1, "FOLLOWING", 0));
        Timeline times = Timeline.of(new Span(100, 200, 400, "a"), samples, new History(List.of()), 2);
        assertEquals(OptionalLong.empty(), times.detected());
        assertEquals(OptionalLong.empty(), times.led());
        assertEquals(OptionalLong.of(200), times.whole());
        assertEquals("T1 detected -, T2 leader -, T3 acknowledged -, T4 delivered -, T5 whole 0.000 s,"
                + " longest silence 0.000 s", times.toString());
    }

    @Test
    void whatALaterFaultDoesIsNotCountedHere() {
        List<Sample> samples = List.of(sample(90, "b", 1, "FOLLOWING", 0), sample(300, "b", 1, "FOLLOWING", 0),
                sample(450, "a", 2, "LEADING", 0));
        Timeline times = Timeline.of(new Span(100, 200, 400, "a"), samples, new History(List.of()), 2);
        assertEquals(OptionalLong.empty(), times.detected());
        assertEquals(OptionalLong.empty(), times.led());
    }

    @Test
    void theStatusOfAClusterIsRead() {
        State state = StatusCommand.parse("""
                {"node":"b","state":"following","cluster":{"by":"a","group":"g","leader":"a","term":3,
                "committed":120,"nodes":[
                {"name":"a","host":"a","port":1,"role":"LEADING","matched":120,"lag":0,"silentMs":0},
                {"name":"b","host":"b","port":1,"role":"FOLLOWING","matched":118,"lag":2,"silentMs":9}]},
                "records":[{"node":"a","found":0}]}""");
        assertEquals(
                new State(List.of(new Member("a", "LEADING", 3, 0), new Member("b", "FOLLOWING", 3, 2)), "a"), state);
        assertEquals("", StatusCommand.parse("{\"leader\":null,\"nodes\":[]}").leader());
    }
}
