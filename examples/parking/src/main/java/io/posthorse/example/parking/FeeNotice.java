package io.posthorse.example.parking;

/**
 * A notice to a driver about the fee charged.
 *
 * @param plate the license plate of the car
 * @param number the number of the notice among those of the car, starting with 1
 * @param cents the fee charged; 0 with a monthly card
 */
public record FeeNotice(String plate, long number, long cents, String text) {
}
