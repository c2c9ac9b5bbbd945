/**
 * RocketMQ's remoting protocol as bytes: frames, both header forms, its JSON dialect, the stored message. The package has no
 * I/O, no threads and no mutable statics; its only exception is {@link io.posthorse.codec.rocketmq.MalformedFrameException}.
 */
package io.posthorse.codec.rocketmq;
