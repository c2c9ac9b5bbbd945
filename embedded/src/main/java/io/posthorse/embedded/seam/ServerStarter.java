package io.posthorse.embedded.seam;

import java.io.IOException;
import java.util.List;

/** Starts servers on the other side of the class loader. */
public interface ServerStarter {
    /**
     * Starts one; when this returns, it accepts clients.
     *
     * @param presets settings that the user's outrank, each {@code key=value}
     * @param settings the user's, each {@code key=value}
     * @throws IOException where the directory or a port cannot be used; says what to do
     * @throws IllegalArgumentException where settings are wrong; the message names all of them, one to a line
     */
    RunningServer start(List<String> presets, List<String> settings) throws IOException;
}
