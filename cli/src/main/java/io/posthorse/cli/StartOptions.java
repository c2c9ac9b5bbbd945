package io.posthorse.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of the commands that start a server. */
final class StartOptions {
    @Option(names = {"-d", "--data"}, paramLabel = "DIR", description = "data directory; overrides the file")
    private Path data;

    @Option(names = {"-s", "--set"}, paramLabel = "KEY=VALUE", description = "one setting; may be repeated")
    private List<String> settings = new ArrayList<>();

    /** Returns all settings of the command line, those from options of their own first. */
    List<String> sets() {
        List<String> sets = new ArrayList<>();
        if (data != null) {
            sets.add("storePathRootDir=" + data);
        }
        sets.addAll(settings);
        return sets;
    }
}
