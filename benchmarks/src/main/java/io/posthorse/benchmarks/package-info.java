/** Measurements: microbenchmarks of the hot path, and a load program that speaks to a running broker. */
package io.posthorse.benchmarks;
