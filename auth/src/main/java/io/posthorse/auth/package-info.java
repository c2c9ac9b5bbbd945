/**
 * Who may do what: users, rules, decisions, and how they are kept. It knows no protocol; a protocol says who asks, from
 * where, and what for, and gets a {@link io.posthorse.auth.Verdict} that names the rule.
 */
package io.posthorse.auth;
