package io.posthorse.net;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/** An event loop that returns to its connections after a millisecond of tasks; Netty's own would continue for a second. */
final class OwnerLoop extends MultiThreadIoEventLoopGroup {
    private static final long TASKS_MS = 1;

    private OwnerLoop(ThreadFactory threads, IoHandlerFactory io) {
        super(1, threads, io);
    }

    static MultiThreadIoEventLoopGroup group(ThreadFactory threads, IoHandlerFactory io) {
        return new OwnerLoop(threads, io);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... more) {
        return new SingleThreadIoEventLoop(
                this, executor, io, Integer.MAX_VALUE, RejectedExecutionHandlers.reject(), TASKS_MS);
    }
}
