/** What ActiveMQ's clients do while faults come. */
package io.posthorse.clustertest.load.jms;
