/**
 * Topics, partitions, subscriptions, cursors and delayed messages: state that is a function of the log.
 *
 * <p>A command reads the state and appends events ("decide"); each event changes the state ("apply"), when it is written
 * and in the same way when it is replayed. Nothing here knows a protocol: messages are native bytes in a numbered format.
 * Single-threaded: one owner calls everything.
 */
package io.posthorse.broker;
