package io.posthorse.broker;

/** A filter of messages by tag, usually without reading them. */
public interface TagFilter {
    TagFilter ALL = tag -> true;

    boolean matches(int tag);

    /** Returns a filter by content for messages whose tag matches, for one read; null where the tag decides alone. */
    default ContentFilter content() {
        return null;
    }
}
