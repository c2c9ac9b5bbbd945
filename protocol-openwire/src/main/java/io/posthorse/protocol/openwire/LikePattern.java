package io.posthorse.protocol.openwire;

import java.util.Arrays;
import org.apache.activemq.filter.BooleanExpression;
import org.apache.activemq.filter.Expression;
import org.apache.activemq.filter.MessageEvaluationContext;
import org.apache.activemq.filter.UnaryExpression;

/**
 * A LIKE pattern that is evaluated without a regular expression, whose time can grow exponentially with its wildcards. Here
 * the steps are at most the length of the value times that of the pattern, and limited for each message.
 */
final class LikePattern extends UnaryExpression implements BooleanExpression {
    private static final int ANY = -1;
    private static final int ONE = -2;

    /** In code points; {@link #ANY} and {@link #ONE} are the wildcards. */
    private final int[] pattern;

    private final Work work;

    /** The steps that are left for evaluating one message. */
    static final class Work {
        private static final int STEPS_MAX = 1_000_000;

        private int left;

        void begin() {
            left = STEPS_MAX;
        }
    }

    private LikePattern(Expression value, int[] pattern, Work work) {
        super(value);
        this.pattern = pattern;
        this.work = work;
    }

    /**
     * Creates a pattern from the regular expression of the library's parser: between {@code \A} and {@code \z} stand
     * {@code .*?} for %, {@code .} for _, {@code \x} and two hexadecimal digits, and literal characters.
     */
    static LikePattern of(Expression value, String regex, Work work) {
        int[] pattern = new int[regex.length()];
        int count = 0;
        int end = regex.length() - 2;
        for (int at = 2; at < end; ) {
            if (regex.startsWith(".*?", at)) {
                pattern[count++] = ANY;
                at += 3;
            } else if (regex.charAt(at) == '.') {
                pattern[count++] = ONE;
                at++;
            } else if (regex.startsWith("\\x", at)) {
                pattern[count++] = Integer.parseInt(regex, at + 2, at + 4, 16);
                at += 4;
            } else {
                int literal = regex.codePointAt(at);
                pattern[count++] = literal;
                at += Character.charCount(literal);
            }
        }
        return new LikePattern(value, Arrays.copyOf(pattern, count), work);
    }

    @Override
    public String getExpressionSymbol() {
        return "LIKE";
    }

    @Override
    public Object evaluate(MessageEvaluationContext context) throws jakarta.jms.JMSException {
        Object value = getRight().evaluate(context);
        if (value == null) {
            return null;
        }
        return value instanceof String text ? matchesText(text) : Boolean.FALSE;
    }

    /** Returns whether a text matches; null where the steps are exhausted. */
    private Boolean matchesText(String text) {
        int at = 0;
        int next = 0;
        int any = -1;
        int anyTook = 0;
        while (at < text.length()) {
            if (--work.left < 0) {
                return null;
            }
            int point = text.codePointAt(at);
            if (next < pattern.length && pattern[next] == ANY) {
                any = next++;
                anyTook = at;
            } else if (next < pattern.length && (pattern[next] == ONE || pattern[next] == point)) {
                next++;
                at += Character.charCount(point);
            } else if (any >= 0) { // the last % takes one more character
                anyTook += Character.charCount(text.codePointAt(anyTook));
                at = anyTook;
                next = any + 1;
            } else {
                return Boolean.FALSE;
            }
        }
        while (next < pattern.length && pattern[next] == ANY) {
            next++;
        }
        return next == pattern.length;
    }

    @Override
    public boolean matches(MessageEvaluationContext context) throws jakarta.jms.JMSException {
        return evaluate(context) == Boolean.TRUE;
    }
}
