package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.posthorse.codec.grpc.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handles that clients keep for the broker, whole and broken ones. */
class HandlesTest {
    @Test
    void aReceiptHandleSurvivesARoundTrip() {
        ReceiptHandle receipt = new ReceiptHandle(7, 1L << 40, 1_790_000_000_000L);

        assertEquals(receipt, ReceiptHandle.of(receipt.text()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3", "2.1.2.3", "1.a.2.3", "1.99999999999.2.3", "1.1.2.99999999999999999999", "...."})
    void invalidReceiptHandlesAreRefused(String text) {
        Refusal refusal = assertThrows(Refusal.class, () -> ReceiptHandle.of(text));
        assertEquals(Code.INVALID_RECEIPT_HANDLE, refusal.status().getCode());
    }

    @Test
    void aTransactionIdSurvivesARoundTrip() {
        TransactionId id = new TransactionId(12, Long.MAX_VALUE);

        assertEquals(id, TransactionId.of(id.text()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "zz000000000000000000000000000000", "000000000000000000000000000000000"})
    void invalidTransactionIdsAreRefused(String text) {
        Refusal refusal = assertThrows(Refusal.class, () -> TransactionId.of(text));
        assertEquals(Code.INVALID_TRANSACTION_ID, refusal.status().getCode());
    }

    @Test
    void timesThatDoNotFitBecomeTheMaximum() {
        assertEquals(1_500, Resources.ms(Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build()));
        assertEquals(Long.MAX_VALUE, Resources.ms(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).build()));
        assertEquals(Long.MAX_VALUE, Resources.ms(Duration.newBuilder().setSeconds(Long.MIN_VALUE).build()));
        assertEquals(-1_250, Resources.ms(Resources.time(-1_250)));
    }

    @Test
    void aSelfSignedCertificateIsValidAndHasItsName() throws Exception {
        SelfSigned selfSigned = SelfSigned.make("posthorse");

        selfSigned.certificate().verify(selfSigned.certificate().getPublicKey());
        selfSigned.certificate().checkValidity();
        assertEquals("CN=posthorse", selfSigned.certificate().getSubjectX500Principal().getName());
    }
}
