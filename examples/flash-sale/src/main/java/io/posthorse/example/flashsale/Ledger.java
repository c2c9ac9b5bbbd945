package io.posthorse.example.flashsale;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The database of the sale: the number of items left, and one row for each buyer with a decision. */
@Repository
public class Ledger {

    private final JdbcClient database;
    private final long decisionMilliseconds;

    Ledger(JdbcClient database, @Value("${flash-sale.decision-ms}") long decisionMilliseconds) {
        this.database = database;
        this.decisionMilliseconds = decisionMilliseconds;
    }

    /**
     * Decides on the request of a buyer in one transaction. The stock is decremented by a conditional update, so two
     * transactions cannot both take the last item. The buyer is part of the primary key, so a duplicate message finds
     * the first decision and changes nothing.
     *
     * @return the decision, or empty if it was taken before
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

    /** Simulates the cost of a real order. Meanwhile the row of the sale is locked, as in a real shop. */
    private void beSlow() {
        try {
            TimeUnit.MILLISECONDS.sleep(decisionMilliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an order was written", e);
        }
    }

    /** Returns the number of the current sale, which is the newest one. */
    long current() {
        return database.sql("SELECT MAX(id) FROM sale").query(Long.class).single();
    }

    /** Returns the number of items still for sale. */
    long itemsLeft(long sale) {
        return database.sql("SELECT items FROM sale WHERE id = ?").param(sale).query(Long.class).single();
    }

    /** Returns the number of buyers with the given outcome. */
    long count(long sale, Outcome outcome) {
        return database.sql("SELECT COUNT(*) FROM purchase WHERE sale = ? AND outcome = ?")
                .params(sale, outcome.name())
                .query(Long.class)
                .single();
    }

    /** Returns the decision on a buyer, or empty if there is none yet. */
    Optional<Outcome> outcomeOf(long sale, long buyer) {
        return database.sql("SELECT outcome FROM purchase WHERE sale = ? AND buyer = ?")
                .params(sale, buyer)
                .query(String.class)
                .optional()
                .map(Outcome::valueOf);
    }

    /** Opens a new sale with the given number of items and returns the number of the sale. */
    @Transactional
    public long open(long items) {
        long sale = current() + 1;
        database.sql("INSERT INTO sale (id, items) VALUES (?, ?)").params(sale, items).update();
        return sale;
    }
}
