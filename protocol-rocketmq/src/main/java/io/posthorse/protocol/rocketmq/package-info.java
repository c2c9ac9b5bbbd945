/** RocketMQ's remoting protocol on the broker: one session per connection, frames to commands and back. */
package io.posthorse.protocol.rocketmq;
