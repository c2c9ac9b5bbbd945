package io.posthorse.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files that the operator keeps anywhere and this program never writes, such as certificates and account files. */
public final class LocalFile {
    private LocalFile() {}

    /**
     * Returns the content of a file.
     *
     * @throws IOException where it cannot be read or has more than {@code bytesMax} bytes; the message names it
     */
    public static byte[] read(String path, int bytesMax) throws IOException {
        Path file = Path.of(path);
        try {
            if (Files.size(file) > bytesMax) {
                throw new IOException(path + " has more than " + bytesMax + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + path, e);
        }
    }

    /** Returns a number that changes when the file does; 0 where the file is inaccessible. */
    public static long stamp(String path) {
        try {
            Path file = Path.of(path);
            return Files.getLastModifiedTime(file).toMillis() * 31 + Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
