package io.posthorse.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, with the commit where it is known, and the Java version. */
final class ProductVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    /** Returns the version as one line. */
    static String text() {
        String version = ProductVersion.class.getPackage().getImplementationVersion();
        String commit = System.getProperty("posthorse.commit", "");
        return "Posthorse " + (version == null ? "of unpacked classes" : version)
                + (commit.isEmpty() ? "" : ", commit " + commit)
                + ", Java " + Runtime.version() + " on " + System.getProperty("os.name");
    }
}
