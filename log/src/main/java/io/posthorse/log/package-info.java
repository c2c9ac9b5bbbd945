/**
 * The append-only log that holds everything durable as records, and the partition index derived from it.
 *
 * <p>Single-threaded: one owner calls everything here, except the jobs passed to {@link io.posthorse.platform.Background},
 * which touch only what their comments name.
 */
package io.posthorse.log;
