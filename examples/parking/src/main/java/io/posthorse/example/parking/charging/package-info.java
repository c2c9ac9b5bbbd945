/** The charging service: a car leaves, the fee is charged, a notice is sent. */
package io.posthorse.example.parking.charging;
