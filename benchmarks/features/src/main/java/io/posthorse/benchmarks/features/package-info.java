/** Measurements of features of Posthorse or RocketMQ, driven by the official client. */
package io.posthorse.benchmarks.features;
