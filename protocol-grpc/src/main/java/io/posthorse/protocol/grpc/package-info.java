/** The gRPC protocol of RocketMQ 5, apache.rocketmq.v2: calls to commands, what was stored to messages. */
package io.posthorse.protocol.grpc;
