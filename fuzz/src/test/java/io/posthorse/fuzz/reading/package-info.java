/** What a fuzz target is, and what targets share. */
package io.posthorse.fuzz.reading;
