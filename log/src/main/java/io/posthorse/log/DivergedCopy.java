package io.posthorse.log;

import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a node's copy that is not what its group has agreed on: segments, index and key files, checkpoints and the
 * durable mark. They get names of their own, {@code diverged-N-} and the old one, for whoever wants to know what happened.
 */
public final class DivergedCopy {
    private static final Pattern NAME = Pattern.compile("diverged-(\\d{1,9})-.*");

    private DivergedCopy() {}

    /**
     * Returns the index of the entry at which the newest checkpoint of a copy was taken: the node counted as one that has
     * everything up to there.
     *
     * @return -1 where there is no checkpoint that can be read
     */
    public static long entry(FileStore files) throws IOException {
        CheckpointChain chain = CheckpointChain.newest(files);
        if (chain.parts().isEmpty()) {
            return -1;
        }
        List<CheckpointPart.Open> open = CheckpointWrite.openAll(files, chain.parts());
        try {
            Section first = new SectionMerge(open, (kind, older, newer) -> newer, true).next();
            return first == null || first.kind != AgreedSection.KIND ? -1 : AgreedSection.of(first).point().index();
        } finally {
            CheckpointWrite.closeAll(open);
        }
    }

    /**
     * Sets the files of the copy aside. Where it is interrupted, another call does the rest.
     *
     * @return their number
     */
    public static int setAside(FileStore files) throws IOException {
        List<String> names = files.list();
        int last = 0;
        for (String name : names) {
            Matcher matcher = NAME.matcher(name);
            last = matcher.matches() ? Math.max(last, Integer.parseInt(matcher.group(1))) : last;
        }
        int count = 0;
        for (String name : names) {
            if (Import.isOfACopy(name) || Import.isIncoming(name)) {
                files.rename(name, "diverged-" + (last + 1) + "-" + name);
                count++;
            }
        }
        files.forceNames();
        return count;
    }
}
