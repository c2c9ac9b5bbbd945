package io.posthorse.protocol.grpc;

import io.posthorse.codec.grpc.Address;
import io.posthorse.codec.grpc.AddressScheme;
import io.posthorse.codec.grpc.Endpoints;
import java.net.InetAddress;

/** The addresses at which clients reach this broker and others. */
final class ReachableAddress {
    private ReachableAddress() {}

    /**
     * Returns the address at which a client reaches this broker where it is the only one: the one that it dialled.
     *
     * @param dialled address that the client states
     * @param advertisedHost configured host for clients, or null
     */
    static Endpoints dialled(Caller caller, Endpoints dialled, String advertisedHost) {
        Address reached = dialled.getAddressesCount() == 1 ? dialled.getAddresses(0) : address(caller);
        return at(advertisedHost == null ? reached.getHost() : advertisedHost, reached.getPort());
    }

    /**
     * Returns the address of exactly this broker. The dialled name may stand for several brokers, and the stated one may be
     * that of another broker, which has sent the client here.
     */
    static Endpoints here(Caller caller, String advertisedHost) {
        InetAddress local = caller.local().getAddress();
        return at(advertisedHost == null ? local.getHostAddress() : advertisedHost, caller.local().getPort());
    }

    static Endpoints at(String host, int port) {
        return Endpoints.newBuilder()
                .setScheme(scheme(host))
                .addAddresses(address(host, port))
                .build();
    }

    static Address address(String host, int port) {
        return Address.newBuilder().setHost(host).setPort(port).build();
    }

    /** Returns the address from the connection; a client that names several addresses may use no common name. */
    private static Address address(Caller caller) {
        String authority = caller.authority();
        int colon = authority.lastIndexOf(':');
        if (colon > 0 && authority.substring(colon + 1).matches("[0-9]{1,5}")) {
            String host = authority.substring(0, colon);
            boolean isHost = host.matches("[a-zA-Z0-9.-]+|\\[[0-9a-fA-F:.]+]");
            if (isHost) {
                return address(
                        host.replace("[", "").replace("]", ""), Integer.parseInt(authority.substring(colon + 1)));
            }
        }
        return address(caller.local().getAddress().getHostAddress(), caller.local().getPort());
    }

    private static AddressScheme scheme(String host) {
        if (host.indexOf(':') >= 0) {
            return AddressScheme.IPv6;
        }
        return host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}") ? AddressScheme.IPv4 : AddressScheme.DOMAIN_NAME;
    }
}
