package io.posthorse.server.config;

/** A key with its value from one source; {@code where} names the source and its line. */
record ConfigEntry(String where, String key, String value) {}
