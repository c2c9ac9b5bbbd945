package io.posthorse.cli;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;

/**
 * A node of a cluster, as lists of nodes name it.
 *
 * @param name unique in the cluster
 * @param host DNS name or address by which the other nodes reach it; an IPv6 address has no brackets
 */
record NamedNode(String name, String host, int port) {
    static final int DEFAULT_PORT = 10_931;
    /** Hosts that each node is on its own machine. */
    static final List<String> LOCAL_HOSTS = List.of("localhost", "127.0.0.1");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]{1,253}");
    private static final Pattern NUMBER_LAST = Pattern.compile("(.*\\.)?\\d+");
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final int PORT_MAX = 65_535;
    private static final String SYNTAX = " Write NAME=HOST or NAME=HOST:PORT for each node, with commas between them,"
            + " or HOST:PORT where a node has the name of its host, such as --nodes a=host1,b=host2,c=host3.";

    /** Returns the nodes of a list, each as NAME=HOST, NAME=HOST:PORT or HOST:PORT. */
    static List<NamedNode> list(String text) throws CommandFailedException {
        List<NamedNode> nodes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String one : text.split(",", -1)) {
            NamedNode node = node(one.strip());
            if (!names.add(node.name.toLowerCase(Locale.ROOT))) {
                throw wrong("Two nodes have the name " + node.name + ", and each needs its own: one in lower and one in"
                        + " upper case would be one directory on some systems. Nothing was made." + SYNTAX);
            }
            nodes.add(node);
        }
        return nodes;
    }

    /** Returns a node that is to be added. */
    static NamedNode one(String text) throws CommandFailedException {
        try {
            return node(text.strip());
        } catch (CommandFailedException e) {
            throw wrong("\"" + text + "\" names no node, so nothing was asked. Write NAME=HOST:PORT, such as d=host4:10931,"
                    + " as in cluster.nodes.");
        }
    }

    private static NamedNode node(String text) throws CommandFailedException {
        if (text.isEmpty()) {
            throw wrong("The list of nodes is empty, or has an empty part between two commas. Nothing was made." + SYNTAX);
        }
        int sign = text.indexOf('=');
        String address = text.substring(sign + 1);
        String host = address;
        int port = DEFAULT_PORT;
        int colon = address.lastIndexOf(':');
        boolean isBare = colon != address.indexOf(':') && !address.startsWith("["); // an IPv6 address alone
        if (colon > address.indexOf(']') && !isBare) {
            host = address.substring(0, colon);
            port = port(text, address.substring(colon + 1));
        }
        if (host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0) {
            host = host.substring(1, host.length() - 1);
        }
        String name = sign < 0 ? host : text.substring(0, sign);
        checkName(text, name);
        checkHost(text, host);
        return new NamedNode(name, host, port);
    }

    private static int port(String text, String port) throws CommandFailedException {
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) < 1 || Integer.parseInt(port) > PORT_MAX) {
            throw wrong("The node " + text + " has the port \"" + port + "\", which is not a number from 1 to " + PORT_MAX
                    + ". Nothing was made." + SYNTAX);
        }
        return Integer.parseInt(port);
    }

    private static void checkName(String text, String name) throws CommandFailedException {
        if (!NAME.matcher(name).matches()) {
            throw wrong("The node " + text + " has the name \"" + name + "\". A name is 1 to 64 letters, digits and - _"
                    + " ., and begins with a letter or digit. Nothing was made." + SYNTAX);
        }
        if (ClusterAuthority.FILES.contains(name.toLowerCase(Locale.ROOT))) {
            throw wrong("The node " + text + " has the name " + name + ", which is that of a file beside the"
                    + " directories of the nodes. Nothing was made. Give it another name.");
        }
    }

    private static void checkHost(String text, String host) throws CommandFailedException {
        byte[] address = address(host);
        if (address != null) {
            if (new BigInteger(1, address).signum() == 0) {
                throw wrong("The node " + text + " has the host " + host + ", which means every address of a machine,"
                        + " and none that others can reach. Nothing was made. Name the host by which the other nodes"
                        + " reach it.");
            }
            return;
        }
        if (!HOST.matcher(host).matches() || NUMBER_LAST.matcher(host).matches() || !isDnsName(host)) {
            throw wrong("The node " + text + " has the host \"" + host + "\", which is neither a DNS name (letters,"
                    + " digits, - and dots between its parts) nor an address, so no certificate can be for it. Nothing was"
                    + " made." + SYNTAX);
        }
    }

    /** Returns whether Java would compare a certificate with this host: it refuses other names before it looks. */
    private static boolean isDnsName(String host) {
        try {
            return !new SNIHostName(host).getAsciiName().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns the bytes of an address; null where the host is not an address. Never asks a name server. */
    static byte[] address(String host) {
        boolean hasColon = host.indexOf(':') >= 0;
        if (!hasColon && !IPV4.matcher(host).matches() || host.indexOf('%') >= 0) {
            return null;
        }
        try {
            return InetAddress.getByName(hasColon ? "[" + host + "]" : host).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Returns it as lists of nodes name it. */
    String text() {
        String address = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        return name.equals(host) ? address : name + "=" + address;
    }

    private static CommandFailedException wrong(String text) {
        return new CommandFailedException(Launch.WRONG_CONFIGURATION, text);
    }
}
