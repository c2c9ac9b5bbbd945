package io.posthorse.format.rocketmq;

import io.posthorse.broker.TagFilter;
import java.util.Arrays;

/**
 * A subscription by tags, {@code "A || B"}, as the set of the tags' hashes. Clients compare the tags again, so that tags
 * with equal hashes do no harm.
 */
public record TagExpression(int[] hashes) implements TagFilter {

    /**
     * Returns the filter for all messages for {@code *}, an empty expression and null; otherwise for those with one of the
     * tags.
     */
    public static TagFilter of(String expression) {
        if (expression == null || expression.isBlank() || expression.trim().equals("*")) {
            return TagFilter.ALL;
        }
        int[] hashes = Arrays.stream(expression.split("\\|\\|"))
                .map(String::trim)
                .filter(t -> !t.isEmpty())
                .mapToInt(String::hashCode)
                .sorted()
                .toArray();
        return hashes.length == 0 ? TagFilter.ALL : new TagExpression(hashes);
    }

    @Override
    public boolean matches(int tag) {
        return Arrays.binarySearch(hashes, tag) >= 0;
    }
}
