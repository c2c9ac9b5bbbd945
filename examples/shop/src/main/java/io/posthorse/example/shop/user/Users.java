package io.posthorse.example.shop.user;

import io.posthorse.example.shop.api.Code;
import io.posthorse.example.shop.api.Messages.CancelOrder;
import io.posthorse.example.shop.api.Messages.Paid;
import io.posthorse.example.shop.api.User;
import io.posthorse.example.shop.api.UserService;
import io.posthorse.example.shop.common.Steps;
import org.apache.dubbo.config.annotation.DubboService;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.support.TransactionTemplate;

/** Balances and points. The log has one row for each order and works like that of the stock. */
@DubboService
public class Users implements UserService {

    private static final long CENTS_PER_POINT = 100;

    private final UserMapper users;
    private final TransactionTemplate transaction;
    private final Steps steps;

    Users(UserMapper users, TransactionTemplate transaction, Steps steps) {
        this.users = users;
        this.transaction = transaction;
        this.steps = steps;
    }

    @Override
    public User find(long userId) {
        return users.find(userId);
    }

    @Override
    public Code pay(long orderId, long userId, long cents) {
        if (cents <= 0) {
            return Code.REQUEST_INVALID;
        }
        Code code = transaction.execute(status -> {
            try {
                users.log(orderId, userId, cents, "TAKEN", System.currentTimeMillis());
            } catch (DuplicateKeyException e) {
                return users.state(orderId).equals("TAKEN") ? Code.OK : Code.ORDER_CANCELLED;
            }
            if (users.take(userId, cents) == 0) {
                status.setRollbackOnly();
                return Code.BALANCE_NOT_ENOUGH;
            }
            steps.reached("call-not-committed");
            return Code.OK;
        });
        steps.reached("call-committed");
        return code;
    }

    /** Refunds the money of a cancelled order, or prevents a later deduction. Runs inside the caller's transaction. */
    void giveBack(CancelOrder order) {
        if (order.userMoney() == 0) {
            return;
        }
        long now = System.currentTimeMillis();
        if (users.markReturned(order.orderId(), now) == 1) {
            users.giveBack(order.userId(), order.userMoney());
            return;
        }
        try {
            users.log(order.orderId(), order.userId(), 0, "RETURNED", now);
        } catch (DuplicateKeyException e) {
            if (users.state(order.orderId()).equals("TAKEN")) {
                throw new IllegalStateException("order " + order.orderId() + " took money concurrently; retry", e);
            }
        }
    }

    /** Adds a point for each whole unit of money paid. Runs inside the caller's transaction. */
    void addPoints(Paid paid) {
        users.addPoints(paid.userId(), paid.payAmount() / CENTS_PER_POINT);
    }
}
