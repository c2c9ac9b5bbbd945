package io.posthorse.filter;

/** The properties of one message. */
public interface Properties {
    /** Returns the value of the property with exactly this name, or null where the message does not have it. */
    String value(String name);
}
