package io.posthorse.filter;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Parses one expression; each rule of the grammar is a method. From weak to strong: OR; AND; equality; comparison; sign and
 * NOT. Text behind a complete expression is ignored.
 */
final class Parser {
    private static final int DEPTH_MAX = 64;

    private final Tokens tokens;
    private final Set<String> names = new TreeSet<>();
    private int depth;

    Parser(String text) {
        this.tokens = new Tokens(text);
    }

    Set<String> names() {
        return names;
    }

    Node parse() throws ExpressionException {
        Token first = tokens.peek();
        return condition(or(), first);
    }

    private Node or() throws ExpressionException {
        Token first = tokens.peek();
        Node left = and();
        if (tokens.peek().kind() != TokenKind.OR) {
            return left;
        }
        List<Node> parts = new ArrayList<>();
        parts.add(condition(left, first));
        while (tokens.takes(TokenKind.OR)) {
            Token start = tokens.peek();
            parts.add(condition(and(), start));
        }
        return new Node.Several(List.copyOf(parts), true);
    }

    private Node and() throws ExpressionException {
        Token first = tokens.peek();
        Node left = equality();
        if (tokens.peek().kind() != TokenKind.AND) {
            return left;
        }
        List<Node> parts = new ArrayList<>();
        parts.add(condition(left, first));
        while (tokens.takes(TokenKind.AND)) {
            Token start = tokens.peek();
            parts.add(condition(equality(), start));
        }
        return new Node.Several(List.copyOf(parts), false);
    }

    private Node equality() throws ExpressionException {
        Token first = tokens.peek();
        Node left = comparison();
        while (true) {
            switch (tokens.peek().kind()) {
                case EQUAL -> left = equal(left, first);
                case UNEQUAL -> left = new Node.Not(equal(left, first));
                case IS -> {
                    tokens.take();
                    boolean not = tokens.takes(TokenKind.NOT);
                    tokens.expect(TokenKind.NULL);
                    Node isNull = new Node.Equal(left, new Node.Constant(null));
                    left = not ? new Node.Not(isNull) : isNull;
                }
                default -> {
                    return left;
                }
            }
        }
    }

    private Node equal(Node left, Token leftAt) throws ExpressionException {
        Token sign = tokens.take();
        Token rightAt = tokens.peek();
        Node right = comparison();
        for (Node side : List.of(left, right)) {
            if (side instanceof Node.Constant constant && constant.value() == null) {
                throw new ExpressionException((side == left ? leftAt : rightAt).column(),
                        "nothing equals NULL; write IS NULL or IS NOT NULL");
            }
        }
        if (left instanceof Node.Constant && right instanceof Node.Constant
                && left.isCondition() && !right.isCondition()) {
            throw new ExpressionException(sign.column(), "TRUE or FALSE cannot be compared with a text or a number");
        }
        return new Node.Equal(left, right);
    }

    private Node comparison() throws ExpressionException {
        Token first = tokens.peek();
        Node left = unary();
        while (true) {
            TokenKind kind = tokens.peek().kind();
            switch (kind) {
                case GREATER, GREATER_EQUAL, LESS, LESS_EQUAL -> {
                    tokens.take();
                    Token rightAt = tokens.peek();
                    left = ordered(left, first, kind, unary(), rightAt);
                }
                case NOT, BETWEEN, IN, CONTAINS, STARTSWITH, ENDSWITH -> {
                    boolean not = tokens.takes(TokenKind.NOT);
                    left = predicate(left, first, not);
                }
                default -> {
                    return left;
                }
            }
        }
    }

    private Node predicate(Node left, Token leftAt, boolean not) throws ExpressionException {
        TokenKind kind = tokens.peek().kind();
        return switch (kind) {
            case BETWEEN -> between(left, leftAt, not);
            case IN -> in(left, leftAt, not);
            case CONTAINS, STARTSWITH, ENDSWITH -> {
                tokens.take();
                yield new Node.Has(left, new TextSearch(kind, tokens.expect(TokenKind.TEXT).text()), !not);
            }
            default -> throw tokens.unexpected("BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH");
        };
    }

    private Node between(Node left, Token leftAt, boolean not) throws ExpressionException {
        tokens.take();
        Token lowAt = tokens.peek();
        Node low = unary();
        tokens.expect(TokenKind.AND);
        Token highAt = tokens.peek();
        Node high = unary();
        if (not) {
            return new Node.Several(List.of(
                    ordered(left, leftAt, TokenKind.LESS, low, lowAt),
                    ordered(left, leftAt, TokenKind.GREATER, high, highAt)), true);
        }
        Node above = ordered(left, leftAt, TokenKind.GREATER_EQUAL, low, lowAt);
        Node below = ordered(left, leftAt, TokenKind.LESS_EQUAL, high, highAt);
        if (low instanceof Node.Constant from && high instanceof Node.Constant to
                && ValueComparison.compare(from.value(), to.value()) > 0) {
            throw new ExpressionException(lowAt.column(), "nothing lies between " + from.value() + " and "
                    + to.value() + "; the lower value must come first");
        }
        return new Node.Several(List.of(above, below), false);
    }

    private Node in(Node left, Token leftAt, boolean not) throws ExpressionException {
        tokens.take();
        tokens.expect(TokenKind.OPEN);
        Set<String> texts = new HashSet<>();
        do {
            texts.add(tokens.expect(TokenKind.TEXT).text());
        } while (tokens.takes(TokenKind.COMMA));
        tokens.expect(TokenKind.CLOSE);
        if (left instanceof Node.Property property) {
            return new Node.OneOf(property, Set.copyOf(texts), !not);
        }
        throw new ExpressionException(leftAt.column(), "only a property can be IN a list");
    }

    private static Node ordered(Node left, Token leftAt, TokenKind sign, Node right, Token rightAt)
            throws ExpressionException {
        checkOrdered(left, leftAt);
        checkOrdered(right, rightAt);
        return new Node.Ordered(left, sign, right);
    }

    private static void checkOrdered(Node side, Token at) throws ExpressionException {
        if (side.isCondition() || (side instanceof Node.Constant constant && !(constant.value() instanceof Number))) {
            throw new ExpressionException(at.column(), "only numbers and properties can be greater or less, not "
                    + (side instanceof Node.Constant ? at.shown() : "a condition"));
        }
    }

    private Node unary() throws ExpressionException {
        if (depth++ > DEPTH_MAX) {
            throw new ExpressionException(tokens.peek().column(), "brackets and signs may be nested " + DEPTH_MAX
                    + " deep, these are nested deeper");
        }
        Node node = switch (tokens.peek().kind()) {
            case PLUS -> {
                tokens.take();
                yield unary();
            }
            case MINUS -> {
                tokens.take();
                yield new Node.Negative(unary());
            }
            case NOT -> {
                tokens.take();
                Token start = tokens.peek();
                yield new Node.Not(condition(unary(), start));
            }
            case OPEN -> {
                tokens.take();
                Node inner = or();
                tokens.expect(TokenKind.CLOSE);
                yield inner;
            }
            default -> primary();
        };
        depth--;
        return node;
    }

    private Node primary() throws ExpressionException {
        Token token = tokens.peek();
        Node node = switch (token.kind()) {
            case NAME -> {
                names.add(token.text());
                yield new Node.Property(token.text());
            }
            case TEXT -> new Node.Constant(token.text());
            case INTEGER -> new Node.Constant(whole(token));
            case FLOAT -> new Node.Constant(real(token));
            case TRUE -> new Node.Constant(Boolean.TRUE);
            case FALSE -> new Node.Constant(Boolean.FALSE);
            case NULL -> new Node.Constant(null);
            default -> throw tokens.unexpected("a property or a value");
        };
        tokens.take();
        return node;
    }

    /** Returns an {@code Integer} where the number fits into one, else a {@code Long}. */
    private static Number whole(Token token) throws ExpressionException {
        String digits = token.text();
        char last = digits.charAt(digits.length() - 1);
        long value;
        try {
            value = Long.parseLong(last > '9' ? digits.substring(0, digits.length() - 1) : digits);
        } catch (NumberFormatException e) {
            throw new ExpressionException(token.column(), token.shown() + " is too large; the largest whole number is "
                    + Long.MAX_VALUE);
        }
        if (value > Integer.MAX_VALUE) {
            return value;
        }
        return (int) value;
    }

    private static Double real(Token token) throws ExpressionException {
        double value = Double.parseDouble(token.text());
        if (value == 0 || Double.isInfinite(value)) {
            throw new ExpressionException(token.column(), token.shown() + " is outside the range of numbers with a point, "
                    + Double.MIN_VALUE + " to " + Double.MAX_VALUE + (value == 0 ? "; zero is written 0" : ""));
        }
        return value;
    }

    /** Returns the node as a condition. */
    private static Node condition(Node node, Token at) throws ExpressionException {
        if (node.isCondition()) {
            return node;
        }
        if (node instanceof Node.Property property) {
            return new Node.Bare(property);
        }
        throw new ExpressionException(at.column(), "found a number or a text where a condition should be");
    }
}
