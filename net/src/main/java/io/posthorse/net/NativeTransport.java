package io.posthorse.net;

import io.netty.channel.epoll.Epoll;

/**
 * Whether sockets are the operating system's own way (epoll) or the JDK's. Where the native library is not in the class
 * path, Netty is not asked: it would look through the JVM's library path, and the JVM would warn of that.
 */
public final class NativeTransport {
    private static final String LIBRARY = "META-INF/native/libnetty_transport_native_epoll_";
    private static final boolean AVAILABLE = (has("x86_64") || has("aarch_64")) && Epoll.isAvailable();

    private NativeTransport() {}

    /** Whether epoll is there; the same for the life of the process. */
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    private static boolean has(String architecture) {
        return NativeTransport.class.getClassLoader().getResource(LIBRARY + architecture + ".so") != null;
    }
}
