/**
 * Expressions over the properties of a message. Knows no protocol and no log: text in, a condition out that asks for
 * properties by name.
 */
package io.posthorse.filter;
