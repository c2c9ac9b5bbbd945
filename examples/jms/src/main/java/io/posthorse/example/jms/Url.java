package io.posthorse.example.jms;

/** The address of the broker. */
final class Url {

    private Url() {
    }

    /** Returns the first argument, or the default address on this machine. */
    static String of(String[] args) {
        return args.length > 0 ? args[0] : "tcp://127.0.0.1:61616";
    }
}
