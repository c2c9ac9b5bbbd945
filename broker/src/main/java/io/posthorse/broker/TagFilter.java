package io.posthorse.broker;

/** Chooses messages by their tag alone, without reading them. */
public interface TagFilter {
    TagFilter ALL = tag -> true;

    boolean matches(int tag);
}
