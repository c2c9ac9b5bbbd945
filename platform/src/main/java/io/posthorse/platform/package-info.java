/**
 * The ports of the outside world, and their real implementations. No package above reads a clock, opens a file, starts a
 * thread or draws a random number in another way, so that a simulation can replace all of them.
 */
package io.posthorse.platform;
