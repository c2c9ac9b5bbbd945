/** The server process: assembles its parts, starts and stops them. */
package io.posthorse.server;
