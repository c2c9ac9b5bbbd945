package io.posthorse.example.shop.api;

/** Calls of the user service. */
public interface UserService {

    /** A user, or null. */
    User find(long userId);

    /** Takes cents from a balance for an order; called twice for one order it takes them once. */
    Code pay(long orderId, long userId, long cents);
}
