package io.posthorse.broker;

/** An index entry of one message: the position of its record, the length of its native bytes, its tag. */
public record IndexEntry(long position, int length, int tag) {}
