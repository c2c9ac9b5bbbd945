package io.posthorse.cli;

import io.posthorse.server.DataDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sets one record of a log aside that keeps a broker from starting. */
@Command(
        name = "set-aside",
        description = "Have each start pass over one record of the log that makes no sense; a start that is refused names"
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
            spec.commandLine().getOut().println("The record at position " + position + " is set aside; there are " + count
                    + ". Start the broker again.");
            return 0;
        } catch (IOException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }
}
