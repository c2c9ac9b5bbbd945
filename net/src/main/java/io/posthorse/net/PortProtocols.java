package io.posthorse.net;

/** What a port speaks, and where those belong who speak something else. Used on several threads. */
public interface PortProtocols {
    SpokenProtocol speaks();

    /** What somebody is to do who speaks something else: whole sentences, one line. */
    String direct(SpokenProtocol spoken);

    /** The same for somebody who speaks the right protocol but does not encrypt, though he must. */
    String directPlain();
}
