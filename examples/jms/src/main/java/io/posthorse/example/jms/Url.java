package io.posthorse.example.jms;

/** Where the broker is. */
final class Url {

    private Url() {
    }

    /** The first argument, or the broker's usual port on this machine. */
    static String of(String[] args) {
        return args.length > 0 ? args[0] : "tcp://127.0.0.1:61616";
    }
}
