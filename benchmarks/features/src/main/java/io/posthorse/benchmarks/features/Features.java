package io.posthorse.benchmarks.features;

import java.util.List;

/**
 * Measures the CPU time of the broker's process for each message, by feature. The load is from the official client 5.5.0,
 * whose own CPU time, larger than the broker's, does not count. Linux only.
 *
 * <p>Usage: {@code Features NAMESRV SERVER_PID COUNT transactions|delays|tags|sql|pop|groups ...}
 */
public final class Features {
    private Features() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 4) {
            System.err.println("usage: Features NAMESRV SERVER_PID COUNT transactions|delays|tags|sql|pop|groups ...");
            System.exit(2);
        }
        Setting setting = new Setting(
                arguments[0], new ServerProcess(Long.parseLong(arguments[1])), Integer.parseInt(arguments[2]));
        for (String scenario : List.of(arguments).subList(3, arguments.length)) {
            switch (scenario) {
                case "transactions" -> Transactions.run(setting);
                case "delays" -> Delays.run(setting);
                case "tags" -> Consuming.tags(setting);
                case "sql" -> Consuming.sql(setting);
                case "pop" -> Consuming.pop(setting);
                case "groups" -> Groups.run(setting);
                default -> throw new IllegalArgumentException("no scenario is called " + scenario);
            }
        }
        System.exit(0);
    }
}
