package io.posthorse.auth;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses to which a rule or a user is bound. They only restrict: an address alone never allows anything.
 *
 * @param texts addresses as they were given: an address, {@code 10.1.0.0/16}, {@code 10.1.*.*}, {@code 10.1.0.2-9}, {@code
 *     10.1.0.{2,5}}, {@code fe80::/10} or {@code *}
 */
public record Sources(List<String> texts, List<AddressRange> ranges) {
    public static final Sources ANY = new Sources(List.of(), List.of());
    private static final int COUNT_MAX = 256;

    /**
     * Parses addresses; an empty list, or {@code *}, means everywhere.
     *
     * @throws RefusedException where one of them is invalid
     */
    public static Sources of(List<String> texts) {
        List<String> kept = new ArrayList<>();
        List<AddressRange> ranges = new ArrayList<>();
        for (String text : texts) {
            String stripped = text.strip();
            if (stripped.isEmpty()) {
                throw new RefusedException("The source ip is empty.");
            }
            if (stripped.matches("[*.:]+") && stripped.contains("*")) {
                return ANY;
            }
            kept.add(stripped);
            ranges.addAll(AddressRange.parse(stripped));
        }
        if (ranges.size() > COUNT_MAX) {
            throw new RefusedException("at most " + COUNT_MAX + " source addresses may be given");
        }
        return new Sources(List.copyOf(kept), List.copyOf(ranges));
    }

    public boolean isAny() {
        return ranges.isEmpty();
    }

    public boolean contains(InetAddress address) {
        if (ranges.isEmpty()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        for (AddressRange range : ranges) {
            if (range.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return isAny() ? "*" : String.join(",", texts);
    }
}
