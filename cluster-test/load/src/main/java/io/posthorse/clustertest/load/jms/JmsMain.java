package io.posthorse.clustertest.load.jms;

import io.posthorse.clustertest.load.Recorder;
import io.posthorse.clustertest.load.Stages;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Arguments: URL FILE; see {@link Stages} for its input. */
public final class JmsMain {
    /** The group as which all JMS consumers count. */
    static final String GROUP = "jms";
    static final String LETTERS = "letters";
    static final String BUNDLES = "bundles";

    private JmsMain() {
    }

    public static void main(String[] args) throws Exception {
        Recorder recorder = new Recorder(Path.of(args[1]));
        Letters letters = new Letters(args[0], recorder);
        Bundles bundles = new Bundles(args[0], recorder);
        new Receiver(args[0], "jms-1", LETTERS, recorder).start();
        new Receiver(args[0], "jms-2", LETTERS, recorder).start();
        new Receiver(args[0], "jms-3", BUNDLES, recorder).start();
        new Stages(recorder, List.of(letters.lane(), bundles.lane()), Map.of(GROUP, List.of(LETTERS, BUNDLES))).run();
    }
}
