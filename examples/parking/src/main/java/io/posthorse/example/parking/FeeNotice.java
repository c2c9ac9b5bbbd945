package io.posthorse.example.parking;

/**
 * Tells a driver what was charged.
 *
 * @param plate the car
 * @param number counts a car's notices, beginning with 1
 * @param cents what was charged; 0 with a monthly card
 */
public record FeeNotice(String plate, long number, long cents, String text) {
}
