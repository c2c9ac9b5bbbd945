/**
 * RocketMQ's remoting protocol as bytes: frames, both header forms, its JSON dialect, the stored message. No I/O, no
 * threads, no mutable statics; the one exception is {@link io.posthorse.codec.rocketmq.MalformedFrameException}.
 */
package io.posthorse.codec.rocketmq;
