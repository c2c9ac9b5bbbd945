/** The command line of the server and its administration. */
package io.posthorse.cli;
