/**
 * The server's side of the class loader. These classes are loaded only there, together with the server; other code refers
 * to them only by name.
 */
package io.posthorse.embedded.inside;
