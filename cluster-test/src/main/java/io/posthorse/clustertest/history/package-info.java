/** What the clients of a test did and saw, and what the replicas hold at its end. No input or output but text lines. */
package io.posthorse.clustertest.history;
