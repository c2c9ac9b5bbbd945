package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of the program.
 *
 * @param nameServer address of the name server
 * @param run suffix that makes topics and groups of this run unique
 * @param delays the broker's delay levels in milliseconds, level 1 first
 * @param timerEarlyMillis ms by which a timed message may come early
 * @param threads number of scenarios that run concurrently
 * @param scenarios their names; "all" stands for all
 */
public record Arguments(
        String nameServer, String run, List<Long> delays, long timerEarlyMillis, int threads, List<String> scenarios) {

    private static final String USAGE =
            "usage: --namesrv HOST:PORT --run SUFFIX [--delays \"1s 2s ...\"] [--timer-early MS] [--threads N]"
                    + " all|SCENARIO...";
    private static final String DEFAULT_DELAYS = "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h";

    /** Parses the command line. */
    public static Arguments parse(String[] args) {
        String nameServer = null;
        String run = null;
        String delays = DEFAULT_DELAYS;
        long timerEarly = 0;
        int threads = 12;
        List<String> scenarios = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--namesrv" -> nameServer = args[++i];
                case "--run" -> run = args[++i];
                case "--delays" -> delays = args[++i];
                case "--timer-early" -> timerEarly = Long.parseLong(args[++i]);
                case "--threads" -> threads = Integer.parseInt(args[++i]);
                default -> scenarios.add(args[i]);
            }
        }
        if (nameServer == null || run == null || scenarios.isEmpty()) {
            throw new IllegalArgumentException(USAGE);
        }
        return new Arguments(nameServer, run, millis(delays), timerEarly, threads, List.copyOf(scenarios));
    }

    private static List<Long> millis(String levels) {
        List<Long> result = new ArrayList<>();
        for (String level : levels.trim().split("\\s+")) {
            long number = Long.parseLong(level.substring(0, level.length() - 1));
            long unit = switch (level.charAt(level.length() - 1)) {
                case 's' -> 1_000;
                case 'm' -> 60_000;
                case 'h' -> 3_600_000;
                default -> throw new IllegalArgumentException("delay level: " + level);
            };
            result.add(number * unit);
        }
        return List.copyOf(result);
    }
}
