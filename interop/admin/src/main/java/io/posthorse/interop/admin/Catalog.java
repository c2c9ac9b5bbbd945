package io.posthorse.interop.admin;

import java.util.LinkedHashMap;
import java.util.Map;

/** All steps by name, in the order in which they run; most are named after the command that they try. */
public final class Catalog {

    /** A step; it throws where the result is wrong. */
    public interface Step {
        void run() throws Exception;
    }

    private final Map<String, Step> steps = new LinkedHashMap<>();

    Map<String, Step> steps() {
        return steps;
    }

    Catalog add(String name, Step step) {
        if (steps.put(name, step) != null) {
            throw new IllegalArgumentException("two steps are called " + name);
        }
        return this;
    }

    /** Returns the steps for the tools of every version. */
    static Catalog of(Stage stage) {
        Catalog catalog = new Catalog();
        new TopicSteps(stage).addTo(catalog);
        new BrokerSteps(stage).addTo(catalog);
        new MessageSteps(stage).addTo(catalog);
        new ConsumerSteps(stage).addTo(catalog);
        new NameServerSteps(stage).addTo(catalog);
        return catalog;
    }
}
