package io.posthorse.replication;

/**
 * A node of a group, and the address at which the other nodes reach it.
 *
 * @param name unique in the group
 */
public record Member(String name, String host, int port) {}
