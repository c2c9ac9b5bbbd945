/** The command line. */
package io.posthorse.cli;
