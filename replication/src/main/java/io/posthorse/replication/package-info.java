/**
 * Replication: the seam to a consensus engine, and what the nodes of a group do beside it. Begin with {@link
 * io.posthorse.replication.ReplicatedLog}.
 */
package io.posthorse.replication;
