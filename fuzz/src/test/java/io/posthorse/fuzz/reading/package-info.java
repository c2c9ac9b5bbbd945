/** What a fuzz target is, and what targets share. Not named after its one interface: builds ignore directories of that name. */
package io.posthorse.fuzz.reading;
