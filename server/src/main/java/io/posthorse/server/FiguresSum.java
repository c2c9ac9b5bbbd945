package io.posthorse.server;

import io.posthorse.log.ScrubFigures;

/** What was found in the copies that this process had before the present one. Any thread may call it. */
final class FiguresSum {
    private long found;
    private long repaired;
    private long passes;

    synchronized void add(ScrubFigures ended) {
        found += ended.found() - ended.unrepaired(); // what is not repaired is found again
        repaired += ended.repaired();
        passes += ended.passes();
    }

    /** @param present of the present copy; null where it is being opened anew */
    synchronized ScrubFigures and(ScrubFigures present) {
        ScrubFigures now = present == null ? new ScrubFigures(0, 0, 0, 0, 0, 0, 0) : present;
        return new ScrubFigures(found + now.found(), repaired + now.repaired(), now.unrepaired(), now.lost(), now.position(),
                now.end(), passes + now.passes());
    }
}
