package io.posthorse.embedded;

/**
 * The check whether this JVM can run the server. This class and those loaded earlier are for Java 8, to report an old JVM.
 */
final class JavaVersion {
    static final int NEEDED = 21;

    private JavaVersion() {}

    /**
     * Refuses a JVM that is too old.
     *
     * @param version specification version of the JVM: 1.8, 17, 21
     * @param home directory of the JVM
     */
    static void check(String version, String home) {
        int major = Integer.parseInt(version.startsWith("1.") ? version.substring(2) : version);
        if (major < NEEDED) {
            throw new BrokerStartException("The broker was not started: inside a JVM it needs Java " + NEEDED
                    + " or later, and this JVM is Java " + major + " (" + home + "). Run the tests with a newer JDK, which"
                    + " may still compile them for Java " + major + ". Or start the broker as a separate process"
                    + " (bin/posthorse start) and configure the tests with its addresses.", null);
        }
    }
}
