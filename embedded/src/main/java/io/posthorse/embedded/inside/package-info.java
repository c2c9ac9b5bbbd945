/**
 * The far side of the class loader. These classes are only ever loaded there, together with the server; nothing outside
 * names them but by a text.
 */
package io.posthorse.embedded.inside;
