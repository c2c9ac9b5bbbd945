package io.posthorse.auth;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A set of addresses with limits for each byte: a single address, a subnet, or a pattern of plain_acl.yml. */
record AddressRange(int[] low, int[] high) {
    private static final Pattern PART = Pattern.compile("(\\*)|(\\d{1,3})(?:-(\\d{1,3}))?");
    private static final Pattern BRACES = Pattern.compile("(.*[.:])\\{([^{}]+)}");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final int BYTE_MAX = 255;

    /**
     * Parses one text, which may stand for several ranges.
     *
     * @throws RefusedException where it is invalid
     */
    static List<AddressRange> parse(String text) {
        Matcher braces = BRACES.matcher(text);
        if (braces.matches()) {
            return Arrays.stream(braces.group(2).split(",")).map(s -> one(braces.group(1) + s.strip(), text)).toList();
        }
        return List.of(one(text, text));
    }

    private static AddressRange one(String text, String original) {
        int slash = text.indexOf('/');
        if (slash > 0) {
            return subnet(text.substring(0, slash), text.substring(slash + 1), original);
        }
        if (text.indexOf(':') >= 0) {
            return v6(text, original);
        }
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw notAnAddress(original);
        }
        int[] low = new int[4];
        int[] high = new int[4];
        for (int i = 0; i < 4; i++) {
            part(parts[i], i, low, high, original);
        }
        return new AddressRange(low, high);
    }

    private static void part(String text, int at, int[] low, int[] high, String original) {
        Matcher part = PART.matcher(text);
        if (!part.matches()) {
            throw notAnAddress(original);
        }
        if (part.group(1) != null) {
            high[at] = BYTE_MAX;
            return;
        }
        low[at] = Integer.parseInt(part.group(2));
        high[at] = part.group(3) == null ? low[at] : Integer.parseInt(part.group(3));
        if (low[at] > high[at] || high[at] > BYTE_MAX) {
            throw notAnAddress(original);
        }
    }

    /** Parses an IPv6 address, of which only complete groups at the end may be a star. */
    private static AddressRange v6(String text, String original) {
        int stars = 0;
        String rest = text;
        while (rest.endsWith(":*")) {
            rest = rest.substring(0, rest.length() - 2);
            stars++;
        }
        if (stars == 0) {
            return prefix(address(rest, original), 128, original);
        }
        return prefix(address(rest + ":0".repeat(stars), original), 128 - 16 * stars, original);
    }

    private static AddressRange subnet(String text, String bits, String original) {
        byte[] address = address(text, original);
        if (!bits.matches("\\d{1,3}")) {
            throw notAnAddress(original);
        }
        return prefix(address, Integer.parseInt(bits), original);
    }

    private static AddressRange prefix(byte[] address, int bits, String original) {
        if (bits > address.length * 8) {
            throw notAnAddress(original);
        }
        int[] low = new int[address.length];
        int[] high = new int[address.length];
        for (int i = 0; i < address.length; i++) {
            int fixed = Math.max(0, Math.min(8, bits - i * 8));
            int free = BYTE_MAX >> fixed;
            low[i] = address[i] & ~free & BYTE_MAX;
            high[i] = low[i] | free;
        }
        return new AddressRange(low, high);
    }

    /** Parses an address of digits only, so that no name is resolved. */
    private static byte[] address(String text, String original) {
        try {
            boolean v4 = text.indexOf(':') < 0;
            if (!ADDRESS.matcher(text).matches() || v4 && text.split("\\.", -1).length != 4) {
                throw notAnAddress(original);
            }
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw notAnAddress(original);
        }
    }

    private static RefusedException notAnAddress(String text) {
        return new RefusedException("The source ip is invalid: " + text
                + " is not an address, subnet (10.1.0.0/16) or pattern (10.1.*.*, 10.1.0.2-9)");
    }

    boolean contains(byte[] address) {
        if (address.length != low.length) {
            return false;
        }
        for (int i = 0; i < low.length; i++) {
            int b = address[i] & BYTE_MAX;
            if (b < low[i] || b > high[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && Arrays.equals(low, range.low) && Arrays.equals(high, range.high);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(low) * 31 + Arrays.hashCode(high);
    }
}
