package io.posthorse.server;

import io.posthorse.broker.SetAside;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.server.config.SeveralBrokers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The check of a data directory before its use: the server writes nothing into a directory with files of other programs,
 * such as a RocketMQ broker's store, and takes no foreign file for one of its own.
 */
public final class DataDirectory {
    /** Names of the files of log, tables and access control, and of files that a file system puts into its root. */
    private static final Pattern OURS = Pattern.compile(String.join("|",
            "0\\d{19}\\.log", "0\\d{19}-0\\d{19}(\\.relocated)?\\.index", "0\\d{19}-0\\d{19}\\.(keys|mended)",
            "0\\d{19}\\.checkpoint", "0\\d{19}-0\\d{19}\\.checkpoint(-copy)?",
            "quarantine-0\\d{19}(-\\d+)?", "unfinished.*", "durable", "lock", "reserve", "set-aside", "logs", "run",
            "node(\\.new)?", "refetch(-begun)?", "diverged-\\d+-.*", "epochs(\\.new)?", "incoming.*", "engine", "nameserver",
            ".*\\.deleted",
            "(settings|nameserver)-\\d+\\.table", "access\\.key", "access-[01]\\.acl", "admin\\.secret",
            "\\..*", "lost\\+found"));
    private static final Pattern LOG = Pattern.compile(".*\\.log(\\.\\d)?");
    private static final Pattern BROKER = Pattern.compile("[1-9]\\d?/");
    private static final Pattern OF_LOG = Pattern.compile("0\\d{19}\\.log");
    private static final String LOCK = "lock";
    private static final int LOGS_DEPTH_MAX = 4;
    private static final int SHOWN = 5;

    private DataDirectory() {}

    /**
     * Makes every later start skip one record, which a start has reported as invalid. Must be called while no broker has
     * the directory open.
     *
     * @param position position of the record in the log
     * @return number of records that are set aside now
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
     * @param logs directory of the server log; null where it is unknown
     * @throws IOException where the directory contains foreign files; the message names them, and says what to do
     */
    static void requireOurs(Path directory, Path logs) throws IOException {
        List<String> entries = DiskFileStore.entries(directory).orElse(List.of()); // opening creates or refuses it
        boolean isInUse = entries.contains(LOCK);
        List<String> others = new ArrayList<>();
        for (String name : entries) {
            String plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
            boolean isOurs = OURS.matcher(plain).matches() || isOfBrokers(directory, name)
                    || isOfLogs(directory, plain, logs)
                    || isInUse && isOfEarlierLogs(directory, name, 0);
            if (!isOurs) {
                others.add(name);
            }
        }
        if (others.isEmpty()) {
            return;
        }
        String shown = String.join(", ", others.subList(0, Math.min(SHOWN, others.size())))
                + (others.size() > SHOWN ? " and " + (others.size() - SHOWN) + " more" : "");
        String what = others.contains("commitlog/")
                ? "It looks like the store of a RocketMQ broker, which this broker does not read."
                : "Posthorse did not write these files.";
        throw new IOException("The data directory " + directory.toAbsolutePath() + " contains " + shown + ". " + what
                + " Nothing was changed. Name an empty directory (--data DIR, or storePathRootDir), or move these files"
                + " elsewhere.");
    }

    /** Returns whether an entry has the directories of this process's other brokers, and nothing else. */
    private static boolean isOfBrokers(Path directory, String name) throws IOException {
        if (!name.equals(SeveralBrokers.DIRECTORY + "/")) {
            return false;
        }
        List<String> entries = DiskFileStore.entries(directory.resolve(SeveralBrokers.DIRECTORY)).orElse(List.of());
        return entries.stream().allMatch(entry -> BROKER.matcher(entry).matches());
    }

    /**
     * Returns a warning where there are directories of more brokers than are served; null where there are none.
     *
     * @param directory directory of the first broker
     * @param served number of brokers
     */
    static String unserved(Path directory, int served) throws IOException {
        Path others = directory.resolve(SeveralBrokers.DIRECTORY);
        List<Path> left = new ArrayList<>();
        int last = 0;
        for (String entry : DiskFileStore.entries(others).orElse(List.of())) {
            int number = BROKER.matcher(entry).matches() ? Integer.parseInt(entry.substring(0, entry.length() - 1)) : 0;
            Path there = others.resolve(entry);
            if (number >= served && DiskFileStore.entries(there).orElse(List.of()).stream().anyMatch(
                    file -> OF_LOG.matcher(file).matches())) {
                left.add(there);
                last = Math.max(last, number);
            }
        }
        return left.isEmpty() ? null : "Messages in " + left.stream().map(Path::toString).collect(Collectors.joining(", "))
                + " are not served, since this process was started with "
                + (served == 1 ? "one broker" : served + " brokers") + " and earlier with more: start it with"
                + " brokers=" + (last + 1) + " until they are consumed, or move these directories away"
                + " if nobody needs them.";
    }

    /**
     * Returns whether an entry of a directory that a server has used before looks like the server log of an earlier
     * configuration: a log file, or a directory of nothing else.
     */
    private static boolean isOfEarlierLogs(Path directory, String name, int depth) throws IOException {
        if (!name.endsWith("/")) {
            return LOG.matcher(name).matches();
        }
        Path inside = directory.resolve(name);
        List<String> entries = DiskFileStore.entries(inside).orElse(List.of());
        for (String entry : entries) {
            if (depth == LOGS_DEPTH_MAX || !isOfEarlierLogs(inside, entry, depth + 1)) {
                return false;
            }
        }
        return !entries.isEmpty();
    }

    /** Returns whether a name belongs to the server log, which may be in the data directory or in a directory below it. */
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
