/** What RocketMQ's clients do while faults come, each version in a process of its own. */
package io.posthorse.clustertest.load;
