/**
 * Nodes as real processes, each with a network, a disk and a clock of its own, and what can happen to these. Linux and
 * root only.
 */
package io.posthorse.clustertest.lab;
