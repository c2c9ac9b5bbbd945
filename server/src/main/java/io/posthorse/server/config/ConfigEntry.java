package io.posthorse.server.config;

/** A key with its value as one source gives it; {@code where} names the source and its line. */
record ConfigEntry(String where, String key, String value) {}
