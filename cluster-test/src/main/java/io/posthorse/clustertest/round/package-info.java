/** Rounds of a cluster test: load, faults by a seed, and an account of every message. */
package io.posthorse.clustertest.round;
