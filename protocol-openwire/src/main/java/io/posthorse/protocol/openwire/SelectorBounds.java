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
 * The limits of selectors, which keep a client's selector from taking too much of the broker's time: checks the parsed
 * expression, replaces LIKE by {@link LikePattern}, and refuses everything that is not part of JMS, such as functions with
 * regular expressions and queries of bodies.
 */
final class SelectorBounds {
    private static final HiddenField TERMS = new HiddenField(LogicExpression.class, "expressions");

    private final LikePattern.Work work;

    SelectorBounds(LikePattern.Work work) {
        this.work = work;
    }

    /** Returns the expression with its limits; changes the argument. */
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
                    "The selector uses something that is not part of JMS: " + expression);
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
