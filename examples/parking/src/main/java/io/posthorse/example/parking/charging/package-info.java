/** The charging service: charges the fee when a car leaves, and sends a notice. */
package io.posthorse.example.parking.charging;
