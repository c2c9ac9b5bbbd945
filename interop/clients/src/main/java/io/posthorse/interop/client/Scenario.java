package io.posthorse.interop.client;

/** One thing that is done with the client library and checked. */
@FunctionalInterface
public interface Scenario {

    /** Does it; returns normally only when everything was as it must be. */
    void run(Stage stage) throws Exception;
}
