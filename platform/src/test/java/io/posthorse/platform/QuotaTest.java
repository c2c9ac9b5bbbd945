package io.posthorse.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** What one of many may take. */
class QuotaTest {
    private static QuotaHolder holder(String user, String address) throws UnknownHostException {
        return new QuotaHolder(user, InetAddress.getByName(address));
    }

    private static int takeAll(Quota places, QuotaHolder holder) {
        int count = 0;
        while (places.take(holder)) {
            count++;
        }
        return count;
    }

    @Test
    void noHolderTakesMoreThanItsShare() throws UnknownHostException {
        Quota places = new Quota(100, new QuotaShares(50, 30));

        assertEquals(30, takeAll(places, holder("ann", "10.0.0.1")), "an address");
        assertEquals(20, takeAll(places, holder("ann", "10.0.0.2")), "a user, wherever he comes from");
        assertFalse(places.take(holder("bob", "10.0.0.1")), "the address has its part, whoever asks");
        assertEquals(10, takeAll(places, holder("bob", "10.0.0.2")));
        assertEquals(30, takeAll(places, holder("bob", "10.0.0.3")));
        assertEquals(10, takeAll(places, holder("cid", "10.0.0.4")), "there are no more");

        places.give(holder("ann", "10.0.0.1"), 30);
        assertTrue(places.take(holder("cid", "10.0.0.1"), 30));
        assertEquals(100, places.taken());
        assertFalse(places.take(holder("dot", "10.0.0.5")));
    }

    @Test
    void localHoldersWithoutUsersMayTakeAll() throws UnknownHostException {
        Quota places = new Quota(10, new QuotaShares(50, 50));

        assertEquals(10, takeAll(places, holder("", "127.0.0.1")));
        places.give(holder("", "127.0.0.1"), 10);
        assertEquals(5, takeAll(places, holder("ann", "::1")), "a user may not");
        assertEquals(5, takeAll(places, holder("", "10.0.0.1")));
    }

    @Test
    void everyHolderMayTakeOne() throws UnknownHostException {
        assertEquals(1, takeAll(new Quota(3, new QuotaShares(1, 1)), holder("ann", "10.0.0.1")));
    }

    @Test
    void theTotalMayChangeAndEveryHolderMayTakeAMinimum() throws UnknownHostException {
        Quota places = new Quota(10, new QuotaShares(10, 100));
        assertEquals(1, takeAll(places, holder("ann", "10.0.0.1")));
        places.change(10, 4);
        assertEquals(3, takeAll(places, holder("ann", "10.0.0.1")), "however small his part is");
        assertTrue(places.isWithinShare(holder("ann", "10.0.0.1")));
        places.change(100, 4);
        assertEquals(6, takeAll(places, holder("ann", "10.0.0.1")));
        places.change(12, 4);
        assertEquals(2, takeAll(places, holder("bob", "10.0.0.1")), "there are no more");
    }
}
