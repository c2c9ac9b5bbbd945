package io.posthorse.embedded;

/** Whether this JVM can run the server. This class and those before it are for Java 8, so that they can say so. */
final class JavaVersion {
    static final int NEEDED = 21;

    private JavaVersion() {}

    /**
     * Refuses a JVM that is too old.
     *
     * @param version as the JVM gives its specification's: 1.8, 17, 21
     * @param home where it is installed
     */
    static void check(String version, String home) {
        int major = Integer.parseInt(version.startsWith("1.") ? version.substring(2) : version);
        if (major < NEEDED) {
            throw new BrokerStartException("The broker was not started: inside a JVM it needs Java " + NEEDED
                    + " or later, and this JVM is Java " + major + " (" + home + "). Run the tests with a newer JDK, which"
                    + " may still compile them for Java " + major + ". Or start the broker as a process of its own"
                    + " (bin/posthorse start) and give the tests its addresses.", null);
        }
    }
}
