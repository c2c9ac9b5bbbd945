package io.posthorse.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of the commands that start something. */
final class StartOptions {
    @Option(names = {"-d", "--data"}, paramLabel = "DIR", description = "data directory, whatever a file says")
    private Path data;

    @Option(names = {"-s", "--set"}, paramLabel = "KEY=VALUE", description = "one setting; may be repeated")
    private List<String> settings = new ArrayList<>();

    /** All that the command line sets, those given as options of their own first. */
    List<String> sets() {
        List<String> sets = new ArrayList<>();
        if (data != null) {
            sets.add("storePathRootDir=" + data);
        }
        sets.addAll(settings);
        return sets;
    }
}
