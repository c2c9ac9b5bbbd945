package io.posthorse.nameserver;

import java.util.SortedMap;

/**
 * One broker name as clients are told of it.
 *
 * @param addresses host:port by broker id, the master's id being 0
 */
public record BrokerRoute(String cluster, String name, boolean actingMaster, SortedMap<Long, String> addresses) {}
