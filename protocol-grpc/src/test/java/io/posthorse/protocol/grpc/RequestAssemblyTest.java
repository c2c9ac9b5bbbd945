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

/** Arriving requests, and the memory that they hold. */
class RequestAssemblyTest {
    private static final QuotaHolder ANN = new QuotaHolder("ann", InetAddress.getLoopbackAddress());
    private static final QuotaHolder BOB = new QuotaHolder("bob", InetAddress.getLoopbackAddress());
    private static final int PIECE = 1 << 20;

    private int bodyMax = 4 << 20;
    private final RequestAssembly assembly = new RequestAssembly(() -> bodyMax, new QuotaShares(50, 100));
    private int refused;
    private String reason;

    private RequestAssembly.ArrivingRequest begin(QuotaHolder holder) {
        RequestAssembly.ArrivingRequest request =
                (RequestAssembly.ArrivingRequest) assembly.newServerStreamTracer("any", new Metadata());
        request.begin(holder, why -> {
            refused++;
            reason = why.getDescription();
        });
        return request;
    }

    private List<RequestAssembly.ArrivingRequest> fill(QuotaHolder holder) {
        List<RequestAssembly.ArrivingRequest> calls = new ArrayList<>();
        while (refused == 0 && calls.size() < 100_000) {
            RequestAssembly.ArrivingRequest request = begin(holder);
            request.inboundWireSize(PIECE);
            calls.add(request);
        }
        refused = 0;
        return calls;
    }

    @Test
    void aUsersCallsHoldOneShareAndACompleteMessageHoldsNothing() {
        List<RequestAssembly.ArrivingRequest> anns = fill(ANN);
        int share = anns.size() - 1;
        assertTrue(share >= 20, share + " MiB");
        List<RequestAssembly.ArrivingRequest> bobs = fill(BOB);
        assertTrue(Math.abs(share - (bobs.size() - 1)) <= 1, share + " and " + (bobs.size() - 1));

        anns.get(0).inboundMessageRead(0, PIECE, PIECE);
        anns.get(1).streamClosed(Status.CANCELLED);
        anns.get(1).inboundWireSize(PIECE);
        anns.get(share).inboundWireSize(PIECE);
        assertEquals(0, refused, "an ended call takes nothing, and a refusal is reported once");
        anns.get(0).inboundWireSize(2 * PIECE);
        assertEquals(0, refused, "released bytes can be taken again");
        anns.get(2).inboundWireSize(PIECE);
        assertEquals(1, refused);
    }

    @Test
    void theMaximumLengthFollowsTheSettingAndFitsIntoEveryShare() {
        begin(ANN).inboundWireSize(20 * PIECE);
        assertEquals(0, refused);
        begin(BOB).inboundWireSize(30 * PIECE);
        assertEquals(1, refused);
        assertTrue(reason.contains("maxMessageSize"), reason);

        bodyMax = 64 * PIECE;
        RequestAssembly.ArrivingRequest request = begin(BOB);
        request.inboundWireSize(64 * PIECE);
        assertEquals(1, refused, "longer ones are accepted once they are allowed");
        request.inboundMessageRead(0, 64 * PIECE, 64 * PIECE);
        request.inboundWireSize(66 * PIECE);
        assertEquals(2, refused);
    }

    @Test
    void aMessageMustNotDecompressBeyondTheMaximum() {
        RequestAssembly.ArrivingRequest request = begin(ANN);
        request.inboundUncompressedSize(19 * PIECE);
        request.inboundMessageRead(0, PIECE, 19 * PIECE);
        request.inboundUncompressedSize(19 * PIECE);
        assertThrows(StatusRuntimeException.class, () -> request.inboundUncompressedSize(2 * PIECE));
    }
}
