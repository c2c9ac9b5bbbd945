package io.posthorse.protocol.openwire;

import io.posthorse.broker.delivery.Selector;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.Message;
import org.apache.activemq.filter.BooleanExpression;
import org.apache.activemq.filter.MessageEvaluationContext;
import org.apache.activemq.selector.SelectorParser;

/**
 * A JMS selector, with the option to exclude messages of the consumer's own connection. The client library's parser decides
 * the syntax; its extensions beyond JMS, such as XPath over bodies, are refused.
 */
final class JmsSelector implements Selector {
    private static final Pattern BODY_QUERY = Pattern.compile("\\b(XPATH|XQUERY)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern LITERAL = Pattern.compile("'[^']*+'");

    private final LongFunction<Message> messages;
    private final BooleanExpression expression;
    private final ConnectionId notFrom;
    private final String key;
    private final LikePattern.Work work;
    private final MessageEvaluationContext context = new MessageEvaluationContext();

    private JmsSelector(
            LongFunction<Message> messages, BooleanExpression expression, LikePattern.Work work, ConnectionId notFrom,
            String key) {
        this.messages = messages;
        this.expression = expression;
        this.work = work;
        this.notFrom = notFrom;
        this.key = key;
    }

    /**
     * Returns a selector; null where it would match every message.
     *
     * @param messages returns the message at a position; null where it cannot be read
     * @param notFrom connection whose messages are excluded; null for none
     * @throws InvalidSelectorException where the text is invalid
     */
    static JmsSelector of(LongFunction<Message> messages, String text, ConnectionId notFrom)
            throws InvalidSelectorException {
        boolean matchesAll = text == null || text.isBlank();
        if (matchesAll && notFrom == null) {
            return null;
        }
        LikePattern.Work work = new LikePattern.Work();
        String key = (matchesAll ? "" : text) + "|" + (notFrom == null ? "" : notFrom);
        return new JmsSelector(messages, matchesAll ? null : parse(text, work), work, notFrom, key);
    }

    static BooleanExpression parse(String text, LikePattern.Work work) throws InvalidSelectorException {
        if (text.length() > OpenwireSettings.SELECTOR_CHARS_MAX) {
            throw new InvalidSelectorException("A selector of " + text.length() + " characters is too long; the maximum is "
                    + OpenwireSettings.SELECTOR_CHARS_MAX + ".");
        }
        if (BODY_QUERY.matcher(LITERAL.matcher(text).replaceAll("''")).find()) {
            throw new InvalidSelectorException("A selector can use headers and properties, not message bodies: " + text);
        }
        try {
            return new SelectorBounds(work).bounded(SelectorParser.parse(text));
        } catch (StackOverflowError e) {
            throw new InvalidSelectorException("The selector is nested too deeply.");
        } finally {
            SelectorParser.clearCache(); // it would keep every selector that a client sends
        }
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public boolean matches(long position) {
        Message message = messages.apply(position);
        if (message == null || notFrom != null && isFrom(message)) {
            return false;
        }
        if (expression == null) {
            return true;
        }
        work.begin();
        context.setMessageReference(message);
        context.setDestination(message.getDestination());
        try {
            return expression.matches(context);
        } catch (JMSException | RuntimeException e) {
            return false; // values that cannot be compared are unknown, and unknown does not match
        } finally {
            context.clear();
            context.setMessageReference(null); // clear() does not release the message
        }
    }

    private boolean isFrom(Message message) {
        return message.getProducerId() != null && message.getProducerId().getConnectionId().equals(notFrom.getValue());
    }
}
