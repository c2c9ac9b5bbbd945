package io.posthorse.log;

/** Thrown where a derived file is missing or damaged and must be made from the log again. */
final class DamagedFile extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Object file;

    /** @param file object that represents the file to its reader */
    DamagedFile(Object file) {
        super("damaged: " + file, null, false, false);
        this.file = file;
    }

    Object file() {
        return file;
    }
}
