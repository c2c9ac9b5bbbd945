package io.posthorse.filter;

import java.util.Set;

/**
 * Compiles expressions in the small part of SQL92 that message filters use.
 *
 * <pre>
 *   a = 'x'   a &lt;&gt; 5   a IS NULL   a IS NOT NULL
 *   a &gt; 5   a &gt;= 5   a &lt; 5.5   a &lt;= 5L   a BETWEEN 1 AND 5   a NOT BETWEEN 1 AND 5
 *   a IN ('x', 'y')   a NOT IN ('x')   a CONTAINS 'x'   a NOT STARTSWITH 'x'   a ENDSWITH 'x'
 *   NOT ...   ... AND ...   ... OR ...   ( ... )   TRUE   FALSE   -- comment   /* comment *&#47;
 * </pre>
 *
 * Keywords are case-insensitive, names of properties are not. The rules for types and missing properties are in
 * docs/filters.md.
 */
public final class Sql92 {
    /** Maximum length of an expression, in characters. */
    public static final int LENGTH_MAX = 16_384;

    private Sql92() {}

    /** Compiles an expression. */
    public static Expression compile(String text) throws ExpressionException {
        if (text.length() > LENGTH_MAX) {
            throw new ExpressionException(LENGTH_MAX + 1, "an expression may have " + LENGTH_MAX
                    + " characters, this one has " + text.length());
        }
        Parser parser = new Parser(text);
        return new Compiled(parser.parse(), Set.copyOf(parser.names()));
    }

    private record Compiled(Node condition, Set<String> names) implements Expression {
        @Override
        public boolean matches(Properties properties) {
            return condition.value(properties) == Boolean.TRUE;
        }
    }
}
