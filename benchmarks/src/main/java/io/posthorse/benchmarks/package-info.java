/** Microbenchmarks of the hot path. */
package io.posthorse.benchmarks;
