package io.posthorse.cli;

import io.posthorse.server.DataDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that sets aside a record of the log that prevents a broker's start. */
@Command(
        name = "set-aside",
        description = "Make each start skip one invalid record of the log; a refused start names"
            + " its position. Nothing else is lost. The broker must not be running.",
        mixinStandardHelpOptions = true)
final class SetAsideCommand implements Callable<Integer> {
    @Parameters(paramLabel = "POSITION", description = "position of the record, as the refused start said")
    private long position;

    @Option(names = {"-d", "--data"}, paramLabel = "DIR", required = true, description = "data directory")
    private Path data;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        try {
            int count = DataDirectory.setAside(data, position);
            spec.commandLine().getOut().println("The record at position " + position + " is set aside; the number of such"
                    + " records is " + count + ". Start the broker again.");
            return 0;
        } catch (IOException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }
}
