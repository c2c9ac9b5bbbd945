package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.interop.suite.ClientRun.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientRunTest {

    @Test
    void readsVerdictsAndNothingElse() {
        String output = """
                fact scenario=pull received=100
                verdict scenario=pull result=PASS millis=12 reason=
                some library's own line: verdict scenario=none result=PASS millis=1 reason=
                verdict scenario=retry result=FAIL millis=3 reason=body: expected a but was b
                end result=FAIL
                """;
        assertEquals(Map.of("pull", new Verdict("PASS", ""),
                "retry", new Verdict("FAIL", "body: expected a but was b")), ClientRun.verdicts(output));
    }
}
