/** Accounts for every message of a history. Pure: the same history gives the same findings. */
package io.posthorse.clustertest.check;
