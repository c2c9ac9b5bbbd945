package io.posthorse.log;

/** What was read of a derived file is missing or damaged, so the file is to be made from the log again. */
final class DamagedFile extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Object file;

    /** @param file whatever stands for the file with the one who reads it */
    DamagedFile(Object file) {
        super("damaged: " + file, null, false, false);
        this.file = file;
    }

    Object file() {
        return file;
    }
}
