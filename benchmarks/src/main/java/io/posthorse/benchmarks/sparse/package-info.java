/** Large logs on sparse files: what retention keeps of them, what that costs the owner, and how long a start takes. */
package io.posthorse.benchmarks.sparse;
