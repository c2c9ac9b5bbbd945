package io.posthorse.example.shop.api;

import java.io.Serializable;

/**
 * A user.
 *
 * @param userMoney the balance, in cents
 * @param userScore the points
 */
public record User(long userId, String userName, long userMoney, long userScore) implements Serializable {
}
