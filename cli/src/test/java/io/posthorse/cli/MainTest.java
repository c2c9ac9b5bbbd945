package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The list of commands, and that a start reads only its own command. */
class MainTest {
    private static final Set<String> ALL =
            Set.of("start", "status", "stop", "nameserver", "delayed", "transactions", "cluster", "up", "set-aside",
                    "mqbroker", "mqnamesrv", "mqshutdown", "help");
    /** Commands that the launcher runs itself. */
    private static final Set<String> PROGRAMS = Set.of("quickstart", "java", "bench", "mqadmin", "tools", "build");

    @Test
    void everyCommandIsFoundByItsName() {
        var commands = Main.commandLine().getSubcommands();
        assertEquals(ALL, commands.keySet());
        commands.forEach((name, line) -> assertEquals(name, line.getCommandName()));
        for (String name : ALL) {
            if (!name.equals("help")) {
                assertEquals(Set.of(name), Main.commandLine(name, "--help").getSubcommands().keySet());
            }
        }
    }

    @Test
    void helpListsEveryCommandAndEveryProgramOfTheLauncher() {
        for (Console console : List.of(Console.run("--help"), Console.run("help"))) {
            List<String> listed = console.lines().stream()
                    .filter(line -> line.matches("  [a-z].*"))
                    .map(line -> line.strip().split(" ")[0])
                    .toList();
            assertTrue(listed.containsAll(ALL), console.out());
            assertTrue(listed.containsAll(PROGRAMS), console.out());
            assertTrue(console.lines().stream().allMatch(line -> line.length() <= 80), console.out());
        }
        assertTrue(Console.run("help", "stop").out().startsWith("Usage: posthorse stop"));
    }

    @Test
    void theVersionContainsTheJavaVersion() {
        assertTrue(Console.run("--version").out().contains("Java " + Runtime.version()), Console.run("--version").out());
    }

    @Test
    void theCommandsAreListedAndAWrongOneIsCorrected() {
        assertTrue(Console.run("--help").out().contains("transactions"));
        assertTrue(Console.run("start", "--help").out().startsWith("Usage: posthorse start"));
        Console wrong = Console.run("statr");
        assertEquals(CommandLine.ExitCode.USAGE, wrong.exitCode());
        assertTrue(wrong.err().contains("posthorse start"), wrong.err());
    }
}
