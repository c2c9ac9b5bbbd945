package io.posthorse.log;

import java.io.IOException;

/** Sections in their order, each key once. */
interface SectionSource {
    /** The next one, null behind the last. */
    Section next() throws IOException;
}
