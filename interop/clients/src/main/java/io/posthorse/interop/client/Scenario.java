package io.posthorse.interop.client;

/** A use of the client library, with checks. */
@FunctionalInterface
public interface Scenario {

    /** Runs the scenario; throws where the result is wrong. */
    void run(Stage stage) throws Exception;
}
