/**
 * The ports of the outside world, and the real things behind them. Nothing above this package reads a clock, opens a
 * file, starts a thread or draws a random number in another way, so that a simulation can stand in for all of it.
 */
package io.posthorse.platform;
