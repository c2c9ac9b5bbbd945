package io.posthorse.filter;

import java.util.Map;

/** What comes out for one expression and one message. */
enum Verdict {
    YES,
    NO,
    ERROR;

    /** Ours. */
    static Verdict of(String expression, Map<String, String> properties) {
        try {
            return Sql92.compile(expression).matches(properties::get) ? YES : NO;
        } catch (ExpressionException e) {
            return ERROR;
        }
    }
}
