package io.posthorse.format.rocketmq;

import io.posthorse.broker.TagFilter;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.filter.ExpressionException;
import io.posthorse.filter.Sql92;
import java.util.HashMap;
import java.util.Map;

/** The compiled filters of subscriptions; each expression is compiled once, as long as the cache has room. */
public final class Filters {
    public static final String TAG = "TAG";
    private static final String SQL92 = "SQL92";
    private static final int KEPT_MAX = 1_024;
    private static final int KEPT_CHARACTERS_MAX = 1 << 20;

    private final boolean sqlAllowed;
    private final Map<String, TagFilter> tags = new HashMap<>();
    private final Map<String, Choice> expressions = new HashMap<>();
    private int tagCharacters;
    private int characters;

    /**
     * The filter of a subscription, or the reason why it is refused.
     *
     * @param filter null where the subscription is refused
     * @param code response code of the refusal
     */
    public record Choice(TagFilter filter, int code, String remark) {}

    public Filters(boolean sqlAllowed) {
        this.sqlAllowed = sqlAllowed;
    }

    /** Returns the filter of a subscription by tags. */
    public TagFilter tags(String expression) {
        TagFilter known = tags.get(expression);
        if (known != null) {
            return known;
        }
        TagFilter made = TagExpression.of(expression);
        if (tags.size() >= KEPT_MAX || tagCharacters + expression.length() > KEPT_CHARACTERS_MAX) {
            tags.clear();
            tagCharacters = 0;
        }
        if (expression.length() <= KEPT_CHARACTERS_MAX) {
            tags.put(expression, made);
            tagCharacters += expression.length();
        }
        return made;
    }

    /** Returns the filter of a subscription of any type; no type means tags. */
    public Choice of(String type, String expression) {
        if (type == null || type.isEmpty() || type.equals(TAG)) {
            return new Choice(expression == null ? TagFilter.ALL : tags(expression), ResponseCode.SUCCESS, null);
        }
        if (!type.equals(SQL92) || !sqlAllowed) {
            return new Choice(null, ResponseCode.SYSTEM_ERROR,
                    "The broker does not support consumer to filter message by " + type
                            + (type.equals(SQL92) ? "; its operator has turned it off with enablePropertyFilter" : ""));
        }
        String text = expression == null ? "" : expression;
        Choice known = expressions.get(text);
        return known == null ? compile(text) : known;
    }

    private Choice compile(String text) {
        Choice choice;
        try {
            choice = new Choice(new PropertyFilter(Sql92.compile(text)), ResponseCode.SUCCESS, null);
        } catch (ExpressionException e) {
            choice = new Choice(null, ResponseCode.SUBSCRIPTION_PARSE_FAILED,
                    "The SQL92 expression of the subscription is invalid, " + e.getMessage());
        }
        if (text.length() <= Sql92.LENGTH_MAX) {
            if (expressions.size() >= KEPT_MAX || characters + text.length() > KEPT_CHARACTERS_MAX) {
                expressions.clear();
                characters = 0;
            }
            expressions.put(text, choice);
            characters += text.length();
        }
        return choice;
    }
}
