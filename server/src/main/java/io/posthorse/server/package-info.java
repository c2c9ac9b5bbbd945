/** One process: the parts put together, started and stopped. */
package io.posthorse.server;
