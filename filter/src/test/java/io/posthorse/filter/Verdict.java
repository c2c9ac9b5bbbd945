package io.posthorse.filter;

import java.util.Map;

/** The result of one expression for one message. */
enum Verdict {
    YES,
    NO,
    ERROR;

    /** Returns this project's result. */
    static Verdict of(String expression, Map<String, String> properties) {
        try {
            return Sql92.compile(expression).matches(properties::get) ? YES : NO;
        } catch (ExpressionException e) {
            return ERROR;
        }
    }
}
