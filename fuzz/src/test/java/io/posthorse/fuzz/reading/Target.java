package io.posthorse.fuzz.reading;

/** Has the code that reads a stored format read an input. */
public interface Target {
    /**
     * Makes a file or record of an input and reads it.
     *
     * @throws Throwable what the format does not document: a fault was found
     */
    void read(byte[] input) throws Throwable;

    /** Returns how many bytes reading an input of a length may allocate. */
    default long allocated(int length) {
        return (4L << 20) + 64L * length;
    }
}
