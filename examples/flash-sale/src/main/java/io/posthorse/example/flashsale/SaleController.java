package io.posthorse.example.flashsale;

import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The HTTP interface of the application. */
@RestController
public class SaleController {

    private static final int BUYERS_MAX = 100_000;

    private final Sale sale;
    private final Ledger ledger;
    private final Board board;
    private final Rush rush;

    SaleController(Sale sale, Ledger ledger, Board board, Rush rush) {
        this.sale = sale;
        this.ledger = ledger;
        this.board = board;
        this.rush = rush;
    }

    /** Handles a request to buy: responds with 202 if it is queued, or 410 if the sale is sold out. */
    @PostMapping("/buy/{buyer}")
    ResponseEntity<Map<String, Object>> buy(@PathVariable("buyer") long buyer) {
        Outcome outcome = sale.request(buyer);
        HttpStatus status = outcome == Outcome.QUEUED ? HttpStatus.ACCEPTED : HttpStatus.GONE;
        return ResponseEntity.status(status).body(Map.of("buyer", buyer, "outcome", outcome));
    }

    /** Returns the outcome of a buyer's request. */
    @GetMapping("/outcome/{buyer}")
    Map<String, Object> outcome(@PathVariable("buyer") long buyer) {
        return Map.of("buyer", buyer, "outcome", ledger.outcomeOf(sale.number(), buyer).orElse(Outcome.QUEUED));
    }

    /**
     * Opens a new sale with the given number of items. Requests still queued for the previous sale are decided in that
     * sale.
     */
    @PostMapping("/open")
    Board.State open(@RequestParam(name = "items", defaultValue = "100") long items) {
        sale.open(items);
        return board.state();
    }

    /** Simulates a rush of many buyers and returns how long they waited for the first answer. */
    @PostMapping("/rush")
    Rush.Answers rush(@RequestParam(name = "buyers", defaultValue = "10000") int buyers) {
        return rush.run(Math.clamp(buyers, 1, BUYERS_MAX));
    }

    /** Returns the state of the sale. */
    @GetMapping("/state")
    Board.State state() {
        return board.state();
    }

    /** Opens the event stream of the page. */
    @GetMapping("/events")
    SseEmitter events() {
        return board.open();
    }
}
