package io.posthorse.server;

import io.posthorse.broker.SetAside;
import io.posthorse.platform.DiskFileStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Looks at a data directory before it is used: nothing is written into one that holds what this program did not write, such
 * as a RocketMQ broker's store, and no file of somebody else's is taken for one of ours.
 */
public final class DataDirectory {
    /** Names of what the log, the tables and the access files are kept in, and what a file system puts into its root. */
    private static final Pattern OURS = Pattern.compile(String.join("|",
            "0\\d{19}\\.log", "0\\d{19}-0\\d{19}(\\.relocated)?\\.index", "0\\d{19}-0\\d{19}\\.keys",
            "0\\d{19}\\.checkpoint", "0\\d{19}-0\\d{19}\\.checkpoint(-copy)?",
            "quarantine-0\\d{19}", "unfinished.*", "durable", "lock", "reserve", "set-aside", "logs", "run",
            ".*\\.deleted",
            "(settings|nameserver)-\\d+\\.table", "access\\.key", "access-[01]\\.acl", "admin\\.secret",
            "\\..*", "lost\\+found"));
    private static final Pattern LOG = Pattern.compile(".*\\.log(\\.\\d)?");
    private static final int SHOWN = 5;

    private DataDirectory() {}

    /**
     * Has each start from now on pass over one record, of which a start said that it makes no sense. Done while no broker
     * has the directory open.
     *
     * @param position of the record in the log
     * @return how many records are set aside now
     */
    public static int setAside(Path directory, long position) throws IOException {
        requireOurs(directory, null);
        if (DiskFileStore.entries(directory).isEmpty()) {
            throw new IOException("There is no data directory " + directory.toAbsolutePath() + ".");
        }
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            return SetAside.add(files, position);
        }
    }

    /**
     * Refuses a directory with foreign files in it.
     *
     * @param logs where the server log is written; null where that is not known
     * @throws IOException where the directory holds something else; the message says what, and what to do
     */
    static void requireOurs(Path directory, Path logs) throws IOException {
        List<String> others = DiskFileStore.entries(directory).orElse(List.of()).stream() // it is made, or refused for that
                .filter(name -> {
                    String plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
                    return !OURS.matcher(plain).matches() && !isOfLogs(directory, plain, logs);
                })
                .toList();
        if (others.isEmpty()) {
            return;
        }
        String shown = String.join(", ", others.subList(0, Math.min(SHOWN, others.size())))
                + (others.size() > SHOWN ? " and " + (others.size() - SHOWN) + " more" : "");
        String what = others.contains("commitlog/")
                ? "It looks like the store of a RocketMQ broker, which this broker does not read."
                : "Posthorse did not write that.";
        throw new IOException("The data directory " + directory.toAbsolutePath() + " holds " + shown + ". " + what
                + " Nothing was"
                + " changed. Name an empty directory (--data DIR, or storePathRootDir), or move these files elsewhere.");
    }

    /** An operator may keep the server log in the data directory, or in a directory there. */
    private static boolean isOfLogs(Path directory, String name, Path logs) {
        if (logs == null) {
            return false;
        }
        Path data = directory.toAbsolutePath().normalize();
        Path place = logs.toAbsolutePath().normalize();
        return place.equals(data) ? LOG.matcher(name).matches()
                : place.startsWith(data) && data.relativize(place).getName(0).toString().equals(name);
    }
}
