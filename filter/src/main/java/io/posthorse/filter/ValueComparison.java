package io.posthorse.filter;

/**
 * Compares the values of expressions: text, {@code Integer}, {@code Long}, {@code Double} and {@code Boolean}. A text that
 * is compared with a number or a boolean is parsed as that type.
 */
final class ValueComparison {
    /** The result where the two values cannot be compared. */
    static final int FAILED = 2;

    private static final int INT_DIGITS = 10;
    private static final int LONG_DIGITS = 19;

    private ValueComparison() {}

    /**
     * Returns a number below, at or above 0, or {@link #FAILED}; values of types without an order are unequal, the left one
     * smaller.
     */
    static int compare(Object left, Object right) {
        if (left instanceof String text) {
            return right instanceof String other ? Integer.signum(text.compareTo(other)) : compareRead(text, right);
        }
        if (right instanceof String text) {
            int swapped = left instanceof Boolean ? FAILED : compareRead(text, left);
            return swapped == FAILED ? FAILED : -swapped;
        }
        if (left instanceof Boolean bool) {
            return right instanceof Boolean other ? bool.compareTo(other) : -1;
        }
        if (right instanceof Boolean) {
            return -1;
        }
        if (left instanceof Double || right instanceof Double) {
            return Double.compare(((Number) left).doubleValue(), ((Number) right).doubleValue());
        }
        return Long.compare(((Number) left).longValue(), ((Number) right).longValue());
    }

    /** Compares two texts as floating-point numbers. */
    static int compareAsDoubles(String left, String right) {
        if (!mayBeDouble(left) || !mayBeDouble(right)) {
            return FAILED;
        }
        try {
            return Double.compare(Double.parseDouble(left), Double.parseDouble(right));
        } catch (NumberFormatException e) {
            return FAILED;
        }
    }

    private static int compareRead(String text, Object other) {
        if (other instanceof Boolean bool) {
            return Boolean.compare(Boolean.parseBoolean(text), bool);
        }
        return other instanceof Double number ? compareReal(text, number) : compareWhole(text, (Number) other);
    }

    // Texts that are clearly not numbers are found without an exception, which is expensive with every message.

    private static int compareReal(String text, double other) {
        if (!mayBeDouble(text)) {
            return FAILED;
        }
        try {
            return Double.compare(Double.parseDouble(text), other);
        } catch (NumberFormatException e) {
            return FAILED;
        }
    }

    private static int compareWhole(String text, Number other) {
        int digits = digits(text);
        boolean narrow = other instanceof Integer;
        if (digits < 0 || digits > (narrow ? INT_DIGITS : LONG_DIGITS)) {
            return FAILED;
        }
        try {
            long value = Long.parseLong(text);
            return narrow && value != (int) value ? FAILED : Long.compare(value, other.longValue());
        } catch (NumberFormatException e) {
            return FAILED;
        }
    }

    /** Returns the number of digits of a whole number, without leading zeros; -1 where the text is not one. */
    private static int digits(String text) {
        int from = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
        int count = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = Character.digit(text.charAt(i), 10);
            if (digit < 0) {
                return -1;
            }
            count += count > 0 || digit > 0 ? 1 : 0;
        }
        return text.length() > from ? count : -1;
    }

    private static boolean mayBeDouble(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) <= ' ') {
            i++;
        }
        if (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
            i++;
        }
        if (i == text.length()) {
            return false;
        }
        char first = text.charAt(i);
        return (first >= '0' && first <= '9') || first == '.' || first == 'N' || first == 'I';
    }
}
