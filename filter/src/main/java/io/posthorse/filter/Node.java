package io.posthorse.filter;

import java.util.List;
import java.util.Set;

/**
 * A node of a compiled expression. Its value is a text, a number, a {@code Boolean}, null for unknown, or {@link #FAILED},
 * which makes the whole expression fail.
 */
sealed interface Node {
    Object FAILED = new Object();

    /** Returns the value for one message. */
    Object value(Properties properties);

    /** Returns whether the value can only be true, false or unknown, so that the node may be used as a condition. */
    default boolean isCondition() {
        return true;
    }

    private static Object truth(boolean value) {
        return value ? Boolean.TRUE : Boolean.FALSE;
    }

    /** A literal; TRUE, FALSE and NULL are conditions. */
    record Constant(Object value) implements Node {
        @Override
        public Object value(Properties properties) {
            return value;
        }

        @Override
        public boolean isCondition() {
            return value == null || value instanceof Boolean;
        }
    }

    /** A property; its value is always a text. */
    record Property(String name) implements Node {
        @Override
        public Object value(Properties properties) {
            return properties.value(name);
        }

        @Override
        public boolean isCondition() {
            return false;
        }
    }

    /** A property in place of a condition: as its value is a text, it is never true. */
    record Bare(Property property) implements Node {
        @Override
        public Object value(Properties properties) {
            return property.value(properties) == null ? null : Boolean.FALSE;
        }
    }

    /** A number with the opposite sign; unknown for a value that is not a number, including a property's text. */
    record Negative(Node of) implements Node {
        @Override
        public Object value(Properties properties) {
            Object value = of.value(properties);
            if (value == FAILED) {
                return FAILED;
            }
            if (value instanceof Integer number) {
                return -number;
            }
            if (value instanceof Long number) {
                return -number;
            }
            return value instanceof Double number ? (Object) (-number) : null;
        }

        @Override
        public boolean isCondition() {
            return false;
        }
    }

    /** A test for equality. Unknown where only the left value is missing, false where only the right one is. */
    record Equal(Node left, Node right) implements Node {
        @Override
        public Object value(Properties properties) {
            Object first = left.value(properties);
            Object other = first == FAILED ? FAILED : right.value(properties);
            if (other == FAILED) {
                return FAILED;
            }
            if (first == null) {
                return other == null ? Boolean.TRUE : null;
            }
            if (other == null) {
                return Boolean.FALSE;
            }
            if (first.equals(other)) {
                return Boolean.TRUE;
            }
            int order = ValueComparison.compare(first, other);
            return order == ValueComparison.FAILED ? FAILED : truth(order == 0);
        }
    }

    /** A test of the order of two values, one of {@code > >= < <=}. */
    record Ordered(Node left, TokenKind sign, Node right) implements Node {
        @Override
        public Object value(Properties properties) {
            Object first = left.value(properties);
            if (first == null || first == FAILED) {
                return first;
            }
            Object other = right.value(properties);
            if (other == null || other == FAILED) {
                return other;
            }
            int order = first instanceof String text && other instanceof String otherText
                    ? ValueComparison.compareAsDoubles(text, otherText)
                    : ValueComparison.compare(first, other);
            return order == ValueComparison.FAILED ? FAILED : truth(holds(order));
        }

        private boolean holds(int order) {
            return switch (sign) {
                case GREATER -> order > 0;
                case GREATER_EQUAL -> order >= 0;
                case LESS -> order < 0;
                default -> order <= 0;
            };
        }
    }

    /** A test whether a property is, or is not, one of several texts. */
    record OneOf(Property property, Set<String> texts, boolean wanted) implements Node {
        @Override
        public Object value(Properties properties) {
            Object value = property.value(properties);
            return value == null ? null : truth(texts.contains(value) == wanted);
        }
    }

    /**
     * A test whether a text contains, or does not contain, another one. False for values that are not texts, and where the
     * other is empty.
     */
    record Has(Node left, TextSearch search, boolean wanted) implements Node {
        @Override
        public Object value(Properties properties) {
            if (search.isEmpty()) {
                return Boolean.FALSE;
            }
            Object value = left.value(properties);
            if (value == FAILED) {
                return FAILED;
            }
            return truth(value instanceof String text && search.isIn(text) == wanted);
        }
    }

    /** The negation; unknown stays unknown. */
    record Not(Node of) implements Node {
        @Override
        public Object value(Properties properties) {
            Object value = of.value(properties);
            return value instanceof Boolean truth ? truth(!truth) : value;
        }
    }

    /** Two or more conditions joined by AND or OR; the first one that decides the result ends the evaluation. */
    record Several(List<Node> parts, boolean decisive) implements Node {
        @Override
        public Object value(Properties properties) {
            Object result = truth(!decisive);
            for (int i = 0; i < parts.size(); i++) {
                Object value = parts.get(i).value(properties);
                if (value == FAILED) {
                    return FAILED;
                }
                if (value == null) {
                    result = null;
                } else if ((Boolean) value == decisive) {
                    return value;
                }
            }
            return result;
        }
    }
}
