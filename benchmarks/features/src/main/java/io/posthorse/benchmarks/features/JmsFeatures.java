package io.posthorse.benchmarks.features;

import java.util.List;

/**
 * Measures JMS messages for each second of the broker's CPU time. The load is from ActiveMQ's client 6.3.1, so any broker
 * that speaks OpenWire can be measured. The client's own CPU time, larger than the broker's, does not count. Linux only.
 *
 * <p>Usage: {@code JmsFeatures URL SERVER_PID WARM_SECONDS SECONDS sends|queue|topic|transactions|destinations ...}
 */
public final class JmsFeatures {
    private JmsFeatures() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 5) {
            System.err.println("usage: JmsFeatures URL SERVER_PID WARM_SECONDS SECONDS"
                    + " sends|queue|topic|transactions|destinations ...");
            System.exit(2);
        }
        JmsRun run = new JmsRun(
                arguments[0], new ServerProcess(Long.parseLong(arguments[1])), Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
        for (String scenario : List.of(arguments).subList(4, arguments.length)) {
            try (JmsRun.Scenario opened = run.scenario(scenario)) {
                switch (scenario) {
                    case "sends" -> opened.sends();
                    case "queue" -> opened.queue();
                    case "topic" -> opened.topic();
                    case "transactions" -> opened.transactions();
                    case "destinations" -> opened.destinations();
                    default -> throw new IllegalArgumentException("no scenario is called " + scenario);
                }
            }
        }
        System.exit(0);
    }
}
