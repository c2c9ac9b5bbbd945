package io.posthorse.filter;

/** The properties of one message. */
public interface Properties {
    /** The value of the property with exactly this name, or null where the message has none. */
    String value(String name);
}
