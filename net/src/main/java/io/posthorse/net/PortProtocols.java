package io.posthorse.net;

/** The protocol of a port, and the right ports for others. Used on several threads. */
public interface PortProtocols {
    SpokenProtocol speaks();

    /** Returns advice for a client of another protocol: whole sentences, one line. */
    String direct(SpokenProtocol spoken);

    /** Returns advice for a client of the right protocol without the required encryption. */
    String directPlain();
}
