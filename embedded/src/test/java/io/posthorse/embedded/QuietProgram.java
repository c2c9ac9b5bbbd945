package io.posthorse.embedded;

/** Starts and closes brokers and prints nothing; or, with an argument, starts one that nobody closes and ends the JVM. */
final class QuietProgram {
    private QuietProgram() {}

    public static void main(String[] arguments) {
        Broker broker = Broker.start();
        if (arguments.length > 0) {
            System.out.print(broker.directory());
            System.exit(0);
        }
        broker.grpcEndpoints();
        broker.close();
        Broker.start().close();
    }
}
