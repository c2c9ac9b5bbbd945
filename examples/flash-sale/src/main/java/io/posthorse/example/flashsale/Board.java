package io.posthorse.example.flashsale;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The live page: sends the state of the sale to all viewers twice a second. */
@Component
public class Board {

    private static final int PERIOD_MS = 500;

    private final Sale sale;
    private final Ledger ledger;
    private final List<SseEmitter> viewers = new CopyOnWriteArrayList<>();
    private volatile long decidedBefore;

    Board(Sale sale, Ledger ledger) {
        this.sale = sale;
        this.ledger = ledger;
    }

    /**
     * The state of the sale.
     *
     * @param queued requests sent as messages
     * @param waiting queued requests without a decision
     * @param refused requests rejected at once as sold out
     * @param late queued requests that turned out to be sold out
     * @param decidedPerSecond decisions per second, over the last half second
     */
    public record State(
            long queued, long waiting, long refused, long won, long late, long itemsLeft, long decidedPerSecond) {
    }

    /** Returns the current state. */
    State state() {
        long number = sale.number();
        long won = ledger.count(number, Outcome.WON);
        long late = ledger.count(number, Outcome.SOLD_OUT);
        long rate = Math.max(0, won + late - decidedBefore) * 1_000 / PERIOD_MS;
        long waiting = Math.max(0, sale.queued() - won - late);
        return new State(sale.queued(), waiting, sale.refused(), won, late, ledger.itemsLeft(number), rate);
    }

    @Scheduled(fixedRate = PERIOD_MS)
    void show() {
        State state = state();
        decidedBefore = state.won() + state.late();
        for (SseEmitter viewer : viewers) {
            try {
                viewer.send(SseEmitter.event().name("state").data(state));
            } catch (IOException | IllegalStateException e) {
                viewers.remove(viewer);
            }
        }
    }

    /** Opens an event stream to a new viewer. It stays open until the browser disconnects. */
    SseEmitter open() {
        SseEmitter viewer = new SseEmitter(0L);
        viewer.onCompletion(() -> viewers.remove(viewer));
        viewer.onError(e -> viewers.remove(viewer));
        viewers.add(viewer);
        return viewer;
    }
}
