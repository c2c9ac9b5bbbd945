package io.posthorse.embedded.seam;

import java.io.IOException;
import java.util.List;

/** The starter of servers on the other side of the class loader. */
public interface ServerStarter {
    /**
     * Starts a server; when this returns, it accepts clients.
     *
     * @param presets settings that the user's ones override, each {@code key=value}
     * @param settings settings of the user, each {@code key=value}
     * @throws IOException where the directory or a port cannot be used; the message says what to do
     * @throws IllegalArgumentException where settings are wrong; the message names all of them, one on each line
     */
    RunningServer start(List<String> presets, List<String> settings) throws IOException;
}
