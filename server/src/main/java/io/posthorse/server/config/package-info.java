/**
 * The configuration of one process: every key is declared once, read from defaults, a properties file, the environment and
 * the command line, checked as a whole, and passed on as one immutable {@link ServerConfig}. This package accesses neither
 * files nor the network: sources come in as text.
 */
package io.posthorse.server.config;
