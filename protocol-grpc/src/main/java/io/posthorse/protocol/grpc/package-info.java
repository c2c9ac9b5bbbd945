/**
 * The gRPC protocol of RocketMQ 5, apache.rocketmq.v2: converts calls to commands, and stored messages to the protocol's.
 */
package io.posthorse.protocol.grpc;
