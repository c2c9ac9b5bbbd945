package io.posthorse.platform;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Thrown where a disk has no space left, or its user's quota is used up. */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1;
    private static final long MIB = 1 << 20;
    private static final long KIB = 1 << 10;
    /** The texts of Linux, macOS and Windows. */
    private static final List<String> WORDS = List.of("no space left", "quota exceeded", "not enough space on the disk");

    /**
     * Creates the exception; its message says where space is missing, and how much is needed.
     *
     * @param place file or directory
     * @param neededBytes bytes that must be free for the operation
     * @param freeBytes bytes that are free; below 0 where that is unknown
     */
    public NoSpaceException(String place, long neededBytes, long freeBytes, Throwable cause) {
        super("No space left for " + place + ": it needs " + text(neededBytes) + ", and "
                + (freeBytes < 0 ? "there is less" : text(freeBytes) + " are free")
                + " on that disk" + (freeBytes < neededBytes ? "" : ", so a quota may be used up")
                + ". Free some, or name a data directory on another disk (--data DIR, or storePathRootDir).",
                cause);
    }

    /** Returns whether a failure has this cause. */
    public static boolean isCauseOf(IOException failure) {
        String words = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return failure instanceof NoSpaceException || WORDS.stream().anyMatch(words::contains);
    }

    private static String text(long bytes) {
        return bytes >= 10 * MIB ? bytes / MIB + " MiB" : bytes >= 10 * KIB ? bytes / KIB + " KiB" : bytes + " bytes";
    }
}
