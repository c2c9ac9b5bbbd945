/** The messages and calls of RocketMQ's gRPC protocol; the messages are generated from messaging.proto. */
package io.posthorse.codec.grpc;
