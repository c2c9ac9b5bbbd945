/** What features cost a broker, Posthorse or RocketMQ, driven by the official client. */
package io.posthorse.benchmarks.features;
