package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.History;
import java.util.ArrayList;
import java.util.List;

/** Says everything that is wrong with a history. */
public final class Checker {
    private Checker() {
    }

    /** Returns what is wrong; empty where each message is accounted for. */
    public static List<Finding> check(History history) {
        Index index = new Index(history);
        Transactions transactions = new Transactions(index);
        List<Finding> findings = new ArrayList<>();
        new Contents(index, findings).check();
        new Losses(index, transactions, findings).check();
        new Agreement(index, findings).check();
        new Order(index, findings).check();
        new Deliveries(index, findings).check();
        new Settlements(index, findings).check();
        transactions.check(findings);
        return List.copyOf(findings);
    }
}
