package io.posthorse.net;

import io.netty.channel.epoll.Epoll;

/**
 * The choice between the operating system's own sockets (epoll) and the JDK's. Where the native library is not in the class
 * path, Netty is not asked: it would search the JVM's library path, which causes a warning of the JVM.
 */
public final class NativeTransport {
    private static final String LIBRARY = "META-INF/native/libnetty_transport_native_epoll_";
    private static final boolean AVAILABLE = (has("x86_64") || has("aarch_64")) && Epoll.isAvailable();

    private NativeTransport() {}

    /** Returns whether epoll is available; constant for the life of the process. */
    public static boolean isAvailable() {
        return AVAILABLE;
    }

    private static boolean has(String architecture) {
        return NativeTransport.class.getClassLoader().getResource(LIBRARY + architecture + ".so") != null;
    }
}
