package io.posthorse.auth;

/**
 * A decision.
 *
 * @param reason names the rule, or says that there is none
 */
public record Verdict(boolean allowed, String reason) {}
