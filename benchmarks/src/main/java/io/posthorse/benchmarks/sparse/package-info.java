/** Measurements of large logs on sparse files: retention, its cost for the owner, and the time of a start. */
package io.posthorse.benchmarks.sparse;
