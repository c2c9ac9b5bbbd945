/**
 * Topics, partitions, subscriptions, cursors and schedules: state that is a function of the log.
 *
 * <p>A command reads the state and appends events ("decide"); each event changes the state ("apply"), now and in the
 * same way when the log is replayed. Nothing here knows a protocol: messages are native bytes in a named format.
 * Single-threaded: one owner calls everything.
 */
package io.posthorse.broker;
