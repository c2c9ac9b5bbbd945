/**
 * The yardstick for a cluster of three: a program that does nothing but ship a log. A master appends what clients send to a
 * file, ships it to two slaves, and acknowledges what two of the three have synced. It checks nothing, elects nobody, and
 * recovers nothing.
 */
package io.posthorse.benchmarks.shipping;
