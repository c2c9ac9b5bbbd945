package io.posthorse.platform;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** A disk has no space left, or its user's quota is used up. */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1;
    private static final long MIB = 1 << 20;
    private static final long KIB = 1 << 10;
    /** How Linux, macOS and Windows say it. */
    private static final List<String> WORDS = List.of("no space left", "quota exceeded", "not enough space on the disk");

    /**
     * Says where there is no space, and how much is needed.
     *
     * @param place file or directory
     * @param neededBytes how much has to be free for what was to be done
     * @param freeBytes how much is; below 0 where that is not known
     */
    public NoSpaceException(String place, long neededBytes, long freeBytes, Throwable cause) {
        super("No space left for " + place + ": it needs " + text(neededBytes) + ", and "
                + (freeBytes < 0 ? "there is less" : text(freeBytes) + " are free")
                + " on that disk" + (freeBytes < neededBytes ? "" : ", so a quota is used up perhaps")
                + ". Free some, or name a data directory on another disk (--data DIR, or storePathRootDir).",
                cause);
    }

    /** Returns whether that is what went wrong. */
    public static boolean isCauseOf(IOException failure) {
        String words = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return failure instanceof NoSpaceException || WORDS.stream().anyMatch(words::contains);
    }

    private static String text(long bytes) {
        return bytes >= 10 * MIB ? bytes / MIB + " MiB" : bytes >= 10 * KIB ? bytes / KIB + " KiB" : bytes + " bytes";
    }
}
