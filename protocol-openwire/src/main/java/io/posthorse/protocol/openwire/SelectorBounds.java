package io.posthorse.protocol.openwire;

import jakarta.jms.InvalidSelectorException;
import java.util.List;
import org.apache.activemq.filter.BinaryExpression;
import org.apache.activemq.filter.BooleanExpression;
import org.apache.activemq.filter.ConstantExpression;
import org.apache.activemq.filter.Expression;
import org.apache.activemq.filter.LogicExpression;
import org.apache.activemq.filter.PropertyExpression;
import org.apache.activemq.filter.UnaryExpression;

/**
 * Keeps a selector that a client sent from taking the broker's time: what the library's parser made of it is looked
 * through, LIKE is replaced by {@link LikePattern}, and what JMS does not know is refused, functions with regular
 * expressions and queries of bodies among it.
 */
final class SelectorBounds {
    private static final HiddenField TERMS = new HiddenField(LogicExpression.class, "expressions");

    private final LikePattern.Work work;

    SelectorBounds(LikePattern.Work work) {
        this.work = work;
    }

    /** The expression, bounded; it is changed. */
    BooleanExpression bounded(BooleanExpression expression) throws InvalidSelectorException {
        return (BooleanExpression) replaced(expression);
    }

    private Expression replaced(Expression expression) throws InvalidSelectorException {
        switch (expression) {
            case LogicExpression logic -> {
                List<BooleanExpression> terms = terms(logic);
                for (int i = 0; i < terms.size(); i++) {
                    terms.set(i, bounded(terms.get(i)));
                }
            }
            case BinaryExpression binary -> {
                binary.setLeft(replaced(binary.getLeft()));
                binary.setRight(replaced(binary.getRight()));
            }
            case UnaryExpression unary -> {
                unary.setRight(replaced(unary.getRight()));
                if (unary.getExpressionSymbol().equals("LIKE")) {
                    return LikePattern.of(unary.getRight(), regex(unary), work);
                }
            }
            case PropertyExpression property -> { }
            case ConstantExpression constant -> { }
            default -> throw new InvalidSelectorException(
                    "Selectors are those of JMS here; this one has something else in it: " + expression);
        }
        return expression;
    }

    @SuppressWarnings("unchecked")
    private static List<BooleanExpression> terms(LogicExpression logic) {
        return (List<BooleanExpression>) TERMS.get(logic);
    }

    private static String regex(UnaryExpression like) {
        return new HiddenField(like.getClass(), "likePattern").get(like).toString();
    }
}
