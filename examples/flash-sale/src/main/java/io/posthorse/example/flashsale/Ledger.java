package io.posthorse.example.flashsale;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The database of the sale: how many items are left, and one row for each buyer that was decided on. */
@Repository
public class Ledger {

    private final JdbcClient database;
    private final long decisionMilliseconds;

    Ledger(JdbcClient database, @Value("${flash-sale.decision-ms}") long decisionMilliseconds) {
        this.database = database;
        this.decisionMilliseconds = decisionMilliseconds;
    }

    /**
     * Decides on a buyer in one transaction. The stock goes down by a conditional update, so two transactions can't both
     * take the last item; the buyer is the key, so a message that comes twice finds the first decision and changes nothing.
     *
     * @return the decision, or empty when it was taken before
     */
    @Transactional
    public Optional<Outcome> decide(long sale, long buyer) {
        try {
            database.sql("INSERT INTO purchase (sale, buyer, outcome) VALUES (?, ?, 'SOLD_OUT')")
                    .params(sale, buyer)
                    .update();
        } catch (DuplicateKeyException e) {
            return Optional.empty();
        }
        if (database.sql("UPDATE sale SET items = items - 1 WHERE id = ? AND items > 0").param(sale).update() == 0) {
            return Optional.of(Outcome.SOLD_OUT);
        }
        beSlow();
        database.sql("UPDATE purchase SET outcome = 'WON' WHERE sale = ? AND buyer = ?").params(sale, buyer).update();
        return Optional.of(Outcome.WON);
    }

    /** Stands for what a real order costs; the row of the sale is locked meanwhile, as it is in a real shop. */
    private void beSlow() {
        try {
            TimeUnit.MILLISECONDS.sleep(decisionMilliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an order was written", e);
        }
    }

    /** The sale that runs: the newest one. */
    long current() {
        return database.sql("SELECT MAX(id) FROM sale").query(Long.class).single();
    }

    /** Items that can still be bought. */
    long itemsLeft(long sale) {
        return database.sql("SELECT items FROM sale WHERE id = ?").param(sale).query(Long.class).single();
    }

    /** How many buyers were decided on with this outcome. */
    long count(long sale, Outcome outcome) {
        return database.sql("SELECT COUNT(*) FROM purchase WHERE sale = ? AND outcome = ?")
                .params(sale, outcome.name())
                .query(Long.class)
                .single();
    }

    /** The decision on a buyer, or empty when there is none yet. */
    Optional<Outcome> outcomeOf(long sale, long buyer) {
        return database.sql("SELECT outcome FROM purchase WHERE sale = ? AND buyer = ?")
                .params(sale, buyer)
                .query(String.class)
                .optional()
                .map(Outcome::valueOf);
    }

    /** Opens a new sale with this many items and returns its number. */
    @Transactional
    public long open(long items) {
        long sale = current() + 1;
        database.sql("INSERT INTO sale (id, items) VALUES (?, ?)").params(sale, items).update();
        return sale;
    }
}
