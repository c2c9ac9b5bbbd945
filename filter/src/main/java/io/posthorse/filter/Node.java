package io.posthorse.filter;

import java.util.List;
import java.util.Set;

/**
 * A piece of a compiled expression. Its value is a text, a number, a {@code Boolean}, null for unknown, or
 * {@link #FAILED}, which makes the whole expression fail.
 */
sealed interface Node {
    Object FAILED = new Object();

    /** The value for one message. */
    Object value(Properties properties);

    /** Whether the value can only be true, false or unknown, so that the node may stand as a condition. */
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

    /** A property, always a text. */
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

    /** A property where a condition should be: as it is a text, it is never true. */
    record Bare(Property property) implements Node {
        @Override
        public Object value(Properties properties) {
            return property.value(properties) == null ? null : Boolean.FALSE;
        }
    }

    /** A number with the other sign; unknown for what is no number, a property's text included. */
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

    /** Whether two values are equal. Unknown where only the left one is missing, false where only the right one is. */
    record Equal(Node left, Node right) implements Node {
        @Override
        public Object value(Properties properties) {
            Object one = left.value(properties);
            Object other = one == FAILED ? FAILED : right.value(properties);
            if (other == FAILED) {
                return FAILED;
            }
            if (one == null) {
                return other == null ? Boolean.TRUE : null;
            }
            if (other == null) {
                return Boolean.FALSE;
            }
            if (one.equals(other)) {
                return Boolean.TRUE;
            }
            int order = ValueComparison.compare(one, other);
            return order == ValueComparison.FAILED ? FAILED : truth(order == 0);
        }
    }

    /** Whether two values stand in an order, one of {@code > >= < <=}. */
    record Ordered(Node left, TokenKind sign, Node right) implements Node {
        @Override
        public Object value(Properties properties) {
            Object one = left.value(properties);
            if (one == null || one == FAILED) {
                return one;
            }
            Object other = right.value(properties);
            if (other == null || other == FAILED) {
                return other;
            }
            int order = one instanceof String text && other instanceof String otherText
                    ? ValueComparison.compareAsDoubles(text, otherText)
                    : ValueComparison.compare(one, other);
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

    /** Whether a property is, or is not, one of some texts. */
    record OneOf(Property property, Set<String> texts, boolean wanted) implements Node {
        @Override
        public Object value(Properties properties) {
            Object value = property.value(properties);
            return value == null ? null : truth(texts.contains(value) == wanted);
        }
    }

    /** Whether a text has, or has not, another one in it. False for what is no text, for no text and for an empty one. */
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

    /** The opposite; unknown stays unknown. */
    record Not(Node of) implements Node {
        @Override
        public Object value(Properties properties) {
            Object value = of.value(properties);
            return value instanceof Boolean truth ? truth(!truth) : value;
        }
    }

    /** All of two or more (AND), or one of them (OR); the first that decides ends it. */
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
