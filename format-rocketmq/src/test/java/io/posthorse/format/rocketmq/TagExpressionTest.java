package io.posthorse.format.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.TagFilter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TagExpressionTest {
    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " ", "*", " * ", "||", " || || "})
    void meansAllMessages(String expression) {
        assertSame(TagFilter.ALL, TagExpression.of(expression));
    }

    @Test
    void matchesTheTagsItNames() {
        TagFilter filter = TagExpression.of(" red||blue || 中 ");

        assertTrue(filter.matches("red".hashCode()));
        assertTrue(filter.matches("blue".hashCode()));
        assertTrue(filter.matches("中".hashCode()));
        assertFalse(filter.matches("green".hashCode()));
        assertFalse(filter.matches(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "tagA", "中文", "x中", "😀", "a-very-long-tag-with-many-characters"})
    void hashOfBytesEqualsHashOfText(String tag) {
        byte[] bytes = ("??" + tag + "?").getBytes(StandardCharsets.UTF_8);

        assertEquals(tag.hashCode(), SendProperties.hash(bytes, 2, bytes.length - 3));
    }
}
