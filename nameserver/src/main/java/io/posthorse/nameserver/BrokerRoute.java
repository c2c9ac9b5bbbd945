package io.posthorse.nameserver;

import java.util.SortedMap;

/**
 * A broker name and its addresses, as clients get them.
 *
 * @param addresses host:port by broker id; the master's id is 0
 */
public record BrokerRoute(String cluster, String name, boolean actingMaster, SortedMap<Long, String> addresses) {}
