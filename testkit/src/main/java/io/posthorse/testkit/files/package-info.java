/** File systems that behave as those of other operating systems. */
package io.posthorse.testkit.files;
