package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import org.junit.jupiter.api.Test;

/** Addresses as texts. */
class HostPortTest {
    @Test
    void addressesAreValidInUrls() {
        assertEquals("127.0.0.1:9876", HostPort.text("127.0.0.1", 9876));
        assertEquals("mq.example:9876", HostPort.text("mq.example", 9876));
        assertEquals("[::1]:61616", HostPort.text("[::1]", 61616));
        assertEquals("[fe80::1]:61616", HostPort.text("fe80::1%eth0", 61616));
        assertEquals(61616, URI.create("tcp://" + HostPort.text("::1", 61616)).getPort());
    }
}
