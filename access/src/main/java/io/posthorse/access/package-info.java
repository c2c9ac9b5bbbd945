/**
 * The one permission check of all protocols: who a client is, and what it may do to the topic or group that a request really
 * works on. Adapters decide nothing about permissions themselves, and see neither users nor rules.
 */
package io.posthorse.access;
