package io.posthorse.replication.ratis;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's file of its term and vote. It is replaced by a temporary one, and the renaming is not forced: after a power
 * cut the old one may be back, with a vote that was given in the new one. The engine deletes the temporary file then, and
 * may vote twice in one term. Here it is put in force instead; to keep a vote that nobody was told does no harm.
 */
final class VoteFile {
    private static final Logger LOG = LoggerFactory.getLogger(VoteFile.class);
    static final String NAME = "raft-meta";
    static final String TEMPORARY = NAME + ".tmp";
    private static final int BYTES_MAX = 4096;

    private record Vote(long term, String votedFor) {}

    private VoteFile() {}

    /** Puts a whole temporary file in force, unless it is older. */
    static void adopt(FileStore files) throws IOException {
        if (!files.list().contains(TEMPORARY)) {
            return;
        }
        Vote unnamed = read(files, TEMPORARY);
        Vote named = files.list().contains(NAME) ? read(files, NAME) : null;
        boolean isNewer = unnamed != null && (named == null || unnamed.term() > named.term()
                || unnamed.term() == named.term() && named.votedFor().isEmpty());
        if (isNewer) {
            LOG.warn("The last run ended while the vote of term {} was noted; it holds", unnamed.term());
            try (StoredFile file = files.openExisting(TEMPORARY)) {
                file.force();
            }
            files.rename(TEMPORARY, NAME);
            files.forceNames();
        }
    }

    /** Returns the vote; null where the file does not end with a whole one. */
    private static Vote read(FileStore files, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES_MAX);
        try (StoredFile file = files.openExisting(name)) {
            file.read(0, bytes);
        }
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        Properties lines = new Properties();
        try {
            lines.load(new StringReader(text));
            String term = lines.getProperty("term");
            String votedFor = lines.getProperty("votedFor");
            boolean isWhole = text.endsWith("\n") && term != null && votedFor != null;
            return isWhole ? new Vote(Long.parseLong(term), votedFor) : null;
        } catch (IllegalArgumentException e) { // of a number, or of a malformed escape
            return null;
        }
    }
}
