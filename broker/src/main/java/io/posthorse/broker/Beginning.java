package io.posthorse.broker;

import io.posthorse.log.LogSettings;
import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.List;

/** Is told where the log of a broker of its own ends when it is opened, before anything is appended. */
public interface Beginning {
    /**
     * Notes the end.
     *
     * @param end position up to which the log is as it was: its end, or the begin of what was found damaged
     * @return whether clients may have seen offsets of messages behind it that this log never had, so that some are skipped
     */
    boolean began(long end) throws IOException;

    /** Opens a data directory as {@link Broker#open} does, and is told where its log ends. */
    default Broker open(
            FileStore files, LogSettings log, Background background, BrokerSettings settings, List<MessageFormat> formats)
            throws IOException {
        return Opening.open(files, log, background, settings, formats, this);
    }
}
