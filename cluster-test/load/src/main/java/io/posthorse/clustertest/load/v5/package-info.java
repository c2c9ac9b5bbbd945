/** What only RocketMQ's clients since 5.0 do, and the reading of replicas. */
package io.posthorse.clustertest.load.v5;
