package io.posthorse.filter;

/**
 * Searches for a text in another one: anywhere, at its beginning or at its end. The time is at most proportional to the
 * lengths of the two, whatever they contain (Knuth, Morris and Pratt).
 */
final class TextSearch {
    /** Maximum length of a text that is searched by a simple comparison at each index. */
    private static final int SHORT = 16;

    private final TokenKind where;
    private final String wanted;
    /** For a long text: for each index, the length of the longest proper prefix that ends there. */
    private final int[] overlaps;

    TextSearch(TokenKind where, String wanted) {
        this.where = where;
        this.wanted = wanted;
        this.overlaps = where == TokenKind.CONTAINS && wanted.length() > SHORT ? overlaps(wanted) : null;
    }

    boolean isEmpty() {
        return wanted.isEmpty();
    }

    boolean isIn(String text) {
        return switch (where) {
            case STARTSWITH -> text.startsWith(wanted);
            case ENDSWITH -> text.endsWith(wanted);
            default -> overlaps == null ? text.contains(wanted) : contains(text);
        };
    }

    private static int[] overlaps(String wanted) {
        int[] overlaps = new int[wanted.length()];
        int same = 0;
        for (int i = 1; i < wanted.length(); i++) {
            while (same > 0 && wanted.charAt(i) != wanted.charAt(same)) {
                same = overlaps[same - 1];
            }
            if (wanted.charAt(i) == wanted.charAt(same)) {
                same++;
            }
            overlaps[i] = same;
        }
        return overlaps;
    }

    private boolean contains(String text) {
        int same = 0;
        for (int i = 0; i < text.length(); i++) {
            while (same > 0 && text.charAt(i) != wanted.charAt(same)) {
                same = overlaps[same - 1];
            }
            if (text.charAt(i) == wanted.charAt(same)) {
                same++;
            }
            if (same == wanted.length()) {
                return true;
            }
        }
        return false;
    }
}
