package io.posthorse.broker;

/** Chooses messages by their tag, as a rule without reading them. */
public interface TagFilter {
    TagFilter ALL = tag -> true;

    boolean matches(int tag);

    /** What looks into the messages that the tag lets through, for one read; null where the tag decides alone. */
    default ContentFilter content() {
        return null;
    }
}
