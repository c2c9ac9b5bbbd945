package io.posthorse.protocol.openwire;

import java.util.Arrays;
import org.apache.activemq.filter.BooleanExpression;
import org.apache.activemq.filter.Expression;
import org.apache.activemq.filter.MessageEvaluationContext;
import org.apache.activemq.filter.UnaryExpression;

/**
 * LIKE without a regular expression, whose time can grow with the power of its wildcards: here it is at most the length of
 * the value times that of the pattern, and bounded by the work that an evaluation may be.
 */
final class LikePattern extends UnaryExpression implements BooleanExpression {
    private static final int ANY = -1;
    private static final int ONE = -2;

    /** In code points; {@link #ANY} and {@link #ONE} are the wildcards. */
    private final int[] pattern;

    private final Work work;

    /** What is left of the work that evaluating one message may be, in steps. */
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
     * From the regular expression that the library's parser makes of a pattern: between {@code \A} and {@code \z} stand
     * {@code .*?} for %, {@code .} for _, {@code \x} and two hexadecimal digits, and characters that mean themselves.
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
        return value instanceof String text ? fits(text) : Boolean.FALSE;
    }

    /** Null where finding out is too much work. */
    private Boolean fits(String text) {
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
            } else if (any >= 0) { // the last % takes one more
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
