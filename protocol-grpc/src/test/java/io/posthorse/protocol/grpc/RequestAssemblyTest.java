package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that have begun to come, and how much they hold. */
class RequestAssemblyTest {
    private static final QuotaHolder ANN = new QuotaHolder("ann", InetAddress.getLoopbackAddress());
    private static final QuotaHolder BOB = new QuotaHolder("bob", InetAddress.getLoopbackAddress());
    private static final int PIECE = 1 << 20;

    private int bodyMax = 4 << 20;
    private final RequestAssembly assembly = new RequestAssembly(() -> bodyMax, new QuotaShares(50, 100));
    private int refused;
    private String reason;

    private RequestAssembly.Coming begin(QuotaHolder who) {
        RequestAssembly.Coming coming = (RequestAssembly.Coming) assembly.newServerStreamTracer("any", new Metadata());
        coming.begin(who, why -> {
            refused++;
            reason = why.getDescription();
        });
        return coming;
    }

    private List<RequestAssembly.Coming> fill(QuotaHolder who) {
        List<RequestAssembly.Coming> calls = new ArrayList<>();
        while (refused == 0 && calls.size() < 100_000) {
            RequestAssembly.Coming coming = begin(who);
            coming.inboundWireSize(PIECE);
            calls.add(coming);
        }
        refused = 0;
        return calls;
    }

    @Test
    void aUsersCallsHoldHisShareTogetherAndAMessageThatIsWholeHoldsNothing() {
        List<RequestAssembly.Coming> anns = fill(ANN);
        int share = anns.size() - 1;
        assertTrue(share >= 20, share + " MiB");
        List<RequestAssembly.Coming> bobs = fill(BOB);
        assertTrue(Math.abs(share - (bobs.size() - 1)) <= 1, share + " and " + (bobs.size() - 1));

        anns.get(0).inboundMessageRead(0, PIECE, PIECE);
        anns.get(1).streamClosed(Status.CANCELLED);
        anns.get(1).inboundWireSize(PIECE);
        anns.get(share).inboundWireSize(PIECE);
        assertEquals(0, refused, "what has ended takes nothing, and what is refused is told once");
        anns.get(0).inboundWireSize(2 * PIECE);
        assertEquals(0, refused, "what was given back can be taken");
        anns.get(2).inboundWireSize(PIECE);
        assertEquals(1, refused);
    }

    @Test
    void theLongestMessageFollowsTheLongestBodyAndIsWithinAnybodysShare() {
        begin(ANN).inboundWireSize(20 * PIECE);
        assertEquals(0, refused);
        begin(BOB).inboundWireSize(30 * PIECE);
        assertEquals(1, refused);
        assertTrue(reason.contains("maxMessageSize"), reason);

        bodyMax = 64 * PIECE;
        RequestAssembly.Coming coming = begin(BOB);
        coming.inboundWireSize(64 * PIECE);
        assertEquals(1, refused, "longer ones are taken once they are allowed");
        coming.inboundMessageRead(0, 64 * PIECE, 64 * PIECE);
        coming.inboundWireSize(66 * PIECE);
        assertEquals(2, refused);
    }

    @Test
    void aMessageMayNotUnpackToMoreThanTheLongest() {
        RequestAssembly.Coming coming = begin(ANN);
        coming.inboundUncompressedSize(19 * PIECE);
        coming.inboundMessageRead(0, PIECE, 19 * PIECE);
        coming.inboundUncompressedSize(19 * PIECE);
        assertThrows(StatusRuntimeException.class, () -> coming.inboundUncompressedSize(2 * PIECE));
    }
}
