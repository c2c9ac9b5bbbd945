package io.posthorse.embedded;

import java.nio.file.Files;

/**
 * A program that starts and closes brokers and prints nothing. With an argument, it starts one that it does not close,
 * prints the directory, and ends the JVM ({@code exit}) or only its main method ({@code return}), or a shutdown hook closes
 * the broker after its files were deleted ({@code late}), as Spring does.
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
