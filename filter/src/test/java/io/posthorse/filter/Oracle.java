package io.posthorse.filter;

import java.util.Map;
import org.apache.rocketmq.filter.expression.EvaluationContext;
import org.apache.rocketmq.filter.expression.MQFilterException;
import org.apache.rocketmq.filter.parser.SelectorParser;

/** The original's result: its parser, and its broker's rule that only a plain TRUE is a match. */
final class Oracle {
    private Oracle() {}

    static Verdict ask(String expression, Map<String, String> properties) {
        org.apache.rocketmq.filter.expression.Expression compiled;
        try {
            compiled = SelectorParser.parse(expression);
        } catch (MQFilterException e) {
            return Verdict.ERROR;
        }
        EvaluationContext message = new EvaluationContext() {
            @Override
            public Object get(String name) {
                return properties.get(name);
            }

            @Override
            public Map<String, Object> keyValues() {
                return Map.copyOf(properties);
            }
        };
        try {
            return Boolean.TRUE.equals(compiled.evaluate(message)) ? Verdict.YES : Verdict.NO;
        } catch (Exception e) {
            return Verdict.NO;
        }
    }
}
