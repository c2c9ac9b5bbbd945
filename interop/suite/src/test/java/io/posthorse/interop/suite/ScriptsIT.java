package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.Scripts;
import io.posthorse.interop.harness.Scripts.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Options, output and exit codes of the scripts, each run in its own process. */
class ScriptsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void helpAndWrongOptions() throws Exception {
        Scripts scripts = new Scripts(folder);
        for (String script : new String[] {"mqbroker", "mqnamesrv"}) {
            Outcome help = scripts.run(script, "-h");
            assertEquals(0, help.exitCode(), help.output());
            assertTrue(help.output().contains("-c, --configFile"), help.output());
            assertTrue(help.output().contains("-p, --printConfigItem"), help.output());
            assertEquals(1, scripts.run(script, "-z").exitCode());
            assertEquals(2, scripts.run(script, "-c", "nowhere.properties").exitCode());
        }
    }

    @Test
    void configurationIsPrintedAndNothingStarts() throws Exception {
        Scripts scripts = new Scripts(folder);
        Outcome all = scripts.run("mqbroker", "-p", "-n", "a:1;b:2", "listenPort=10711");
        assertEquals(0, all.exitCode(), all.output());
        assertTrue(all.output().contains("namesrvAddr=a:1;b:2\n"), all.output());
        assertTrue(all.output().contains("listenPort=10711\n"), all.output());
        assertTrue(all.output().contains("nameserver.enabled=false\n"), all.output());
        Outcome important = scripts.run(Map.of("NAMESRV_ADDR", "c:3"), "mqbroker", "-m");
        assertTrue(important.output().contains("namesrvAddr=c:3\n"), important.output());
        assertFalse(important.output().contains("nameserver.enabled"), important.output());
        Outcome nameServer = scripts.run("mqnamesrv", "-p", "-n", "ignored");
        assertEquals(0, nameServer.exitCode(), nameServer.output());
        assertTrue(nameServer.output().contains("listenPort=9876\n"), nameServer.output());
    }

    @Test
    void aSlaveNeedsAnIdAboveThatOfTheMaster() throws Exception {
        Scripts scripts = new Scripts(folder);
        Path file = Scripts.checkout().resolve("conf").resolve("2m-2s-sync").resolve("broker-a-s.properties");
        Outcome slave = scripts.run("mqbroker", "-c", file.toString(), "-m");
        assertEquals(0, slave.exitCode(), slave.output());
        assertTrue(slave.output().contains("brokerRole=SLAVE"), slave.output());
        Outcome numbered = scripts.run("mqbroker", "brokerRole=SLAVE", "brokerNam=a");
        assertEquals(2, numbered.exitCode(), numbered.output());
        assertTrue(numbered.output().contains("the nearest one is brokerName"), numbered.output());
        assertTrue(numbered.output().contains("0 is the id of the master"), numbered.output());
        assertEquals("No mqbroker running.\n", scripts.run("mqshutdown", "broker").output());
    }

    @Test
    void mqshutdownEndsOnlyProcessesOfTheScripts() throws Exception {
        Scripts scripts = new Scripts(folder.resolve("one"));
        Scripts others = new Scripts(folder.resolve("other"));
        Outcome none = scripts.run("mqshutdown", "broker");
        assertEquals("No mqbroker running.\n", none.output());
        assertEquals(255, none.exitCode());
        assertEquals(255, scripts.run("mqshutdown", "namesrv").exitCode());
        Outcome nothing = scripts.run("mqshutdown");
        assertEquals("Useage: mqshutdown broker | namesrv\n", nothing.output());
        assertEquals(0, nothing.exitCode());
        try (ChildProcess nameServer = nameServer(scripts); ChildProcess other = nameServer(others)) {
            Path killed = Files.createDirectories(scripts.data().resolve("run")).resolve("namesrv-1.pid");
            Files.writeString(killed, ProcessHandle.current().pid() + "\n");
            Outcome outcome = scripts.run("mqshutdown", "namesrv");
            assertEquals(0, outcome.exitCode(), outcome.output());
            assertTrue(outcome.output().matches("The mqnamesrv\\(\\d+\\) is running\\.\\.\\.\n"
                    + "Send shutdown request to mqnamesrv\\(\\d+\\) OK\n"), outcome.output());
            assertEquals(143, nameServer.await(LIMIT));
            assertTrue(nameServer.output().contains("Posthorse has stopped"), nameServer.output());
            assertTrue(other.isAlive(), other.output());
            assertEquals(255, scripts.run("mqshutdown", "namesrv").exitCode());
        }
    }

    @Test
    void anAbnormalEndIsReported() throws Exception {
        Scripts scripts = new Scripts(folder);
        try (ChildProcess nameServer = nameServer(scripts)) {
            nameServer.kill();
            Outcome outcome = scripts.run("mqshutdown", "namesrv");
            assertEquals("No mqnamesrv running.\n", outcome.output());
            assertEquals(255, outcome.exitCode());
        }
    }

    @Test
    void consoleOutputIsInTheServerLogToo() throws Exception {
        Scripts scripts = new Scripts(folder);
        try (ChildProcess nameServer = nameServer(scripts)) {
            assertTrue(nameServer.isAlive());
            assertTrue(Files.readString(scripts.logs().resolve("namesrv.log")).contains("boot success"));
        }
    }

    @Test
    void mqadminAndToolsPassOptionsAndExitCodes() throws Exception {
        Scripts scripts = new Scripts(folder);
        Outcome commands = scripts.run("mqadmin");
        assertEquals(0, commands.exitCode(), commands.output());
        assertTrue(commands.output().contains("The most commonly used mqadmin commands are:"), commands.output());
        assertEquals(1, scripts.run("mqadmin", "topicList", "-z").exitCode());
        assertEquals(1, scripts.run("tools.sh").exitCode());
        assertEquals(1, scripts.run("tools.sh", "no.such.Program").exitCode());
        Outcome version = scripts.run(Map.of("POSTHORSE_ROCKETMQ_VERSION", "../x"), "mqadmin");
        assertEquals(1, version.exitCode());
        assertTrue(version.output().contains("a released version such as 5.5.0"), version.output());
    }

    private static ChildProcess nameServer(Scripts scripts) throws Exception {
        ChildProcess started = scripts.start(Map.of(), "mqnamesrv", "--set", "listenPort=" + Scripts.freePort());
        Awaitility.await().atMost(LIMIT).until(
                () -> !started.isAlive() || started.output().contains("The Name Server boot success."));
        assertTrue(started.isAlive(), started.output());
        return started;
    }
}
