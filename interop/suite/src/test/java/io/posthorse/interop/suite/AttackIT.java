package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.interop.attack.AttackTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks on a broker with a small heap: no send of a user fails. The duration of sends depends on the load of the machine,
 * so the limit is generous here; bin/attack-test has a strict one.
 */
@DisabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class AttackIT {
    private static final long PHASE_MS = 2_500;
    private static final double MS_ALLOWED = 10_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void noAttackMakesAUsersSendFail() throws Exception {
        assertEquals(List.of(), new AttackTest(PHASE_MS, 2, MS_ALLOWED, "", System.out).run(folder));
    }
}
