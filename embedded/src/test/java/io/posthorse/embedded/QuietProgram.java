package io.posthorse.embedded;

import java.nio.file.Files;

/**
 * Starts and closes brokers and prints nothing; or starts one that nobody closes, prints where it is, and ends the JVM
 * ({@code exit}) or only comes to its own end ({@code return}). Or one that the end of the JVM closes ({@code late}), as
 * Spring does, after its files are gone.
 */
final class QuietProgram {
    private QuietProgram() {}

    public static void main(String[] arguments) {
        Broker broker = Broker.start();
        if (arguments.length > 0) {
            broker.grpcEndpoints();
            System.out.print(broker.directory());
            if (arguments[0].equals("late")) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> closeWithoutFiles(broker)));
            }
            if (arguments[0].equals("exit")) {
                System.exit(0);
            }
            return;
        }
        broker.grpcEndpoints();
        broker.close();
        Broker.start().close();
    }

    private static void closeWithoutFiles(Broker broker) {
        while (Files.exists(broker.directory())) {
            Thread.onSpinWait();
        }
        broker.close();
    }
}
