package io.posthorse.fuzz.reading;

/** Runs the code that reads a stored format on an input. */
public interface Target {
    /**
     * Makes a file or record from an input, and reads it.
     *
     * @throws Throwable an exception that the format does not document, which means a fault
     */
    void read(byte[] input) throws Throwable;

    /** Returns how many bytes reading an input of a length may allocate. */
    default long allocated(int length) {
        return (4L << 20) + 64L * length;
    }
}
