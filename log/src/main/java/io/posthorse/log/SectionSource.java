package io.posthorse.log;

import java.io.IOException;

/** A source of sections in order, each key once. */
interface SectionSource {
    /** Returns the next section, null behind the last. */
    Section next() throws IOException;
}
