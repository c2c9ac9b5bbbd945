package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Which commands there are, and that a start looks at its own only. */
class MainTest {
    private static final Set<String> ALL =
            Set.of("start", "nameserver", "delayed", "transactions", "set-aside", "mqbroker", "mqnamesrv", "mqshutdown");

    @Test
    void everyCommandHasTheNameThatItIsFoundBy() {
        var commands = Main.commandLine().getSubcommands();
        assertEquals(ALL, commands.keySet());
        commands.forEach((name, line) -> assertEquals(name, line.getCommandName()));
        for (String name : ALL) {
            assertEquals(Set.of(name), Main.commandLine(name, "--help").getSubcommands().keySet());
        }
    }

    @Test
    void theCommandsAreListedAndAWrongOneIsCorrected() {
        assertTrue(Console.run("--help").out().contains("transactions"));
        assertTrue(Console.run("start", "--help").out().startsWith("Usage: posthorse start"));
        Console wrong = Console.run("strat");
        assertEquals(CommandLine.ExitCode.USAGE, wrong.exitCode());
        assertTrue(wrong.err().contains("posthorse start"), wrong.err());
    }
}
