/**
 * Expressions over the properties of a message. The package knows no protocol and no log: it compiles a text to a condition,
 * which reads properties by name.
 */
package io.posthorse.filter;
