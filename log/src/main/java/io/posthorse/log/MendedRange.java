package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A note, durable before the repair of a range begins, that the range's keys may be missing: an empty file whose name has
 * the range. It is deleted once the keys were seen to be there.
 */
final class MendedRange {
    private static final Pattern NAME = Pattern.compile("0\\d{19}-0\\d{19}\\.mended");

    private MendedRange() {}

    static boolean isName(String name) {
        return NAME.matcher(name).matches() && StretchNames.from(name) < StretchNames.to(name);
    }

    static DamagedRange of(String name) {
        return new DamagedRange(StretchNames.from(name), StretchNames.to(name));
    }

    private static String name(DamagedRange range) {
        return "%020d-%020d.mended".formatted(range.from(), range.to());
    }

    static void note(FileStore files, DamagedRange range) throws IOException {
        files.open(name(range)).close();
        files.forceNames();
    }

    /** Deletes notes in the background, behind what it is to do before. */
    static void forget(FileStore files, Background background, List<DamagedRange> ranges) {
        if (ranges.isEmpty()) {
            return;
        }
        background.run(() -> {
            files.forceNames(); // of key files that were deleted, or a crash could bring them back
            List<String> present = files.list();
            for (DamagedRange range : ranges) {
                if (present.contains(name(range))) {
                    files.delete(name(range));
                }
            }
        }, failure -> { }); // one that stays is looked at again at the next start
    }
}
