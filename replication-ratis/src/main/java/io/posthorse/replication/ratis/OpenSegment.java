package io.posthorse.replication.ratis;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the engine's log to which it was writing. The engine fills it with zeros beforehand and starts with nothing
 * but whole entries before them, so the torn tail of a power cut, or of a process that was killed in the middle of a
 * write, would keep this node from starting. Such a tail was never acknowledged, and is cut off. Other damage is a disk's,
 * and entries that others rely on may be behind it: it is refused.
 */
final class OpenSegment {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSegment.class);
    private static final Pattern NAME = Pattern.compile("log_inprogress_(\\d+)");

    private OpenSegment() {}

    /**
     * Cuts a torn tail off.
     *
     * @param isKept whether nothing that was written in the last run can have been lost
     * @throws IOException where the file is damaged otherwise
     */
    static void repair(FileStore files, boolean isKept, RatisSettings.Sizes sizes) throws IOException {
        List<String> open = files.list().stream()
                .filter(name -> NAME.matcher(name).matches())
                .sorted((a, b) -> Long.compare(first(a), first(b)))
                .toList();
        for (int i = 0; i < open.size(); i++) {
            try (StoredFile file = files.openExisting(open.get(i))) {
                boolean isLast = i == open.size() - 1;
                repair(files.place() + ", file " + open.get(i), file, isKept, isLast, sizes);
            }
        }
    }

    private static long first(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static void repair(String place, StoredFile file, boolean isKept, boolean isLast, RatisSettings.Sizes sizes)
            throws IOException {
        SegmentScan found = SegmentScan.of(file, sizes.entryMax());
        if (found.isWhole()) {
            return;
        }
        long torn = found.written() - found.intact();
        boolean isTail = isLast && torn <= sizes.writeBuffer();
        if (!isTail || isKept && !found.isCutShort()) {
            throw new IOException("The engine's log is damaged at byte " + found.intact() + " (" + place + "), and "
                    + (isKept ? "the machine has not gone down since it was written" : "by more than a power cut can do")
                    + ": the disk has changed it. Entries that other nodes rely on may be behind, so this node must not go"
                    + " on with it. Look at the disk; then let the node join the group anew, under another name and with"
                    + " an empty directory");
        }
        LOG.warn("{}: {} bytes from {} on were being written when the last run ended. They were not acknowledged; they are"
                + " cut off", place, torn, found.intact());
        file.truncate(found.intact());
        file.force();
    }
}
