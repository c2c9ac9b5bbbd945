/**
 * The configuration of one process: every key is declared once, read from defaults, a properties file, the environment
 * and the command line, checked as a whole, and handed on as one immutable {@link ServerConfig}. Nothing here touches
 * files or the network: sources come in as text.
 */
package io.posthorse.server.config;
