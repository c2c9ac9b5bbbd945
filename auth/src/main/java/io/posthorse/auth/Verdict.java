package io.posthorse.auth;

/**
 * A decision about an action.
 *
 * @param reason names the rule, or says that there is none
 */
public record Verdict(boolean allowed, String reason) {}
