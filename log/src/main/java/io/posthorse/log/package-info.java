/**
 * The append-only log that everything durable is an event in, and the partition index derived from it.
 *
 * <p>Single-threaded: one owner calls everything here, except the jobs handed to
 * {@link io.posthorse.platform.Background}, which touch only what their comments name.
 */
package io.posthorse.log;
