package io.posthorse.platform;

import java.net.InetAddress;

/**
 * Who holds something of which there is not enough for all.
 *
 * @param user name of the user, empty where nobody is asked who he is
 * @param address where it is held from
 */
public record QuotaHolder(String user, InetAddress address) {}
