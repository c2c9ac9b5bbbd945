package io.posthorse.nameserver;

/**
 * How one broker offers one topic.
 *
 * @param readQueues number of queues that consumers read
 * @param writeQueues number of queues that producers write
 * @param perm permission bits: 1 inherit, 2 write, 4 read, 8 priority
 * @param sysFlag RocketMQ's topic flags, usually 0
 */
public record TopicRoute(int readQueues, int writeQueues, int perm, int sysFlag) {
    private static final int WRITE = 2;

    TopicRoute withoutWrite() {
        return new TopicRoute(readQueues, writeQueues, perm & ~WRITE, sysFlag);
    }
}
