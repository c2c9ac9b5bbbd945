package io.posthorse.server.config;

import java.util.Collection;
import java.util.Locale;

/** The search for the name that a misspelled word may mean. */
final class NearestName {
    private NearestName() {}

    /** Returns the name with the fewest edits to the word, ignoring case, or null where none is near. */
    static String of(String word, Collection<String> names) {
        String lower = word.toLowerCase(Locale.ROOT);
        String nearest = null;
        int fewest = Math.max(2, word.length() / 3) + 1;
        for (String name : names) {
            int edits = edits(lower, name.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                fewest = edits;
                nearest = name;
            }
        }
        return nearest;
    }

    /** Returns whether so few letters differ, ignoring case, that the word is probably a misspelling. */
    static boolean isNear(String word, String name) {
        int edits = edits(word.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
        return edits <= Math.clamp(name.length() / 5, 1, 3);
    }

    /** Returns Levenshtein's distance: insertions, deletions and replacements of one character. */
    static int edits(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int i = 0; i < above.length; i++) {
            above[i] = i;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replace = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[to.length()];
    }
}
