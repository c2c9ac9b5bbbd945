package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that a client does not read, and the memory that stays for other clients. */
class AnswerBytesTest {
    private static final QuotaHolder ANN = new QuotaHolder("ann", InetAddress.getLoopbackAddress());
    private static final QuotaHolder BOB = new QuotaHolder("bob", InetAddress.getLoopbackAddress());
    private static final int MIB = 1 << 20;

    @Test
    void aClientThatDoesNotReadTakesNoMoreThanItsShare() {
        AnswerBytes answers = new AnswerBytes(16 * MIB, new QuotaShares(50, 100));
        List<AnswerBytes.Charge> bobs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            AnswerBytes.Charge charge = answers.begin(new Caller.Connection(), BOB);
            if (!charge.hasRoom(MIB)) {
                break;
            }
            charge.add(MIB);
            bobs.add(charge);
        }
        assertTrue(bobs.size() >= 8 && bobs.size() <= 9, bobs.size() + " of 16 MiB");
        AnswerBytes.Charge anns = answers.begin(new Caller.Connection(), ANN);
        assertTrue(anns.hasRoom(MIB));
        anns.add(MIB);

        bobs.forEach(AnswerBytes.Charge::end);
        assertTrue(answers.begin(new Caller.Connection(), BOB).hasRoom(MIB), "read answers release their bytes");
        assertFalse(answers.begin(new Caller.Connection(), BOB).hasRoom(17 * MIB));
    }
}
