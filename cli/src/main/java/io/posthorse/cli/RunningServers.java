package io.posthorse.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The servers of this user that run on this machine, started by any command. */
final class RunningServers {
    private static final String DATA = "data ";

    private RunningServers() {}

    /**
     * Returns the directory of the run files of {@code start} and {@code nameserver}: below XDG_STATE_HOME or
     * {@code ~/.local/state}, on Windows below LOCALAPPDATA. The files of servers that RocketMQ's scripts started are in
     * {@link ScriptHome#run()}.
     */
    static Path folder(Map<String, String> environment) {
        Path user = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        String windows = environment.get("LOCALAPPDATA");
        String state = environment.get("XDG_STATE_HOME");
        Path base = windows != null && !windows.isEmpty()
                ? Path.of(windows)
                : state == null || state.isEmpty() ? user.resolve(".local").resolve("state") : Path.of(state);
        return base.resolve("posthorse").resolve("run").toAbsolutePath();
    }

    /** Returns all of them. */
    static List<RunFile.Running> all(Map<String, String> environment) throws IOException {
        List<RunFile.Running> all = new ArrayList<>(RunFile.running(folder(environment), "server|nameserver|node"));
        all.addAll(RunFile.running(ScriptHome.of(environment).run(), "broker|namesrv"));
        return all;
    }

    /** Returns the line about the data directory. */
    static String data(Path directory) {
        return DATA + directory.toAbsolutePath().normalize();
    }

    /** Returns whether a server's description names that data directory. */
    static boolean hasData(RunFile.Running server, Path directory) {
        return server.about().contains(data(directory));
    }

    /** The run file of a server that {@code start} or {@code nameserver} has started; it exists once the server is ready. */
    static final class Note implements Closeable {
        private RunFile file;

        /** Writes the file; where that fails, prints which commands will not work, and the server continues. */
        void write(String kind, List<String> about) {
            write(folder(System.getenv()), kind, about);
        }

        /** Writes the file in a directory. */
        void write(Path folder, String kind, List<String> about) {
            try {
                file = RunFile.of(folder, kind, about);
            } catch (IOException e) {
                System.out.println("WARNING: \"posthorse status\" and \"posthorse stop\" will not find this server: "
                        + e.getMessage() + " cannot be written. It can be stopped by its process id, "
                        + ProcessHandle.current().pid() + ".");
            }
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }
}
