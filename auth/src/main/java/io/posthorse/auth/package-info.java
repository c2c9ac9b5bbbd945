/**
 * Users, rules and decisions about who may do what, and their storage. The package knows no protocol; a protocol passes the
 * user, the address and the action, and gets a {@link io.posthorse.auth.Verdict} that names the rule.
 */
package io.posthorse.auth;
