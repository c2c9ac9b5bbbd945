package io.posthorse.embedded;

/**
 * Starts and closes brokers and prints nothing; or starts one that nobody closes, prints where it is, and ends the JVM
 * ({@code exit}) or only comes to its own end ({@code return}).
 */
final class QuietProgram {
    private QuietProgram() {}

    public static void main(String[] arguments) {
        Broker broker = Broker.start();
        if (arguments.length > 0) {
            broker.grpcEndpoints();
            System.out.print(broker.directory());
            if (arguments[0].equals("exit")) {
                System.exit(0);
            }
            return;
        }
        broker.grpcEndpoints();
        broker.close();
        Broker.start().close();
    }
}
