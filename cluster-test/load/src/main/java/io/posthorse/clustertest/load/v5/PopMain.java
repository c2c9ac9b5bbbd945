package io.posthorse.clustertest.load.v5;

import io.posthorse.clustertest.load.RocketmqMain;

/** The load of a client since 5.0: what others do, and popping. */
public final class PopMain {
    private PopMain() {
    }

    public static void main(String[] args) throws Exception {
        RocketmqMain.run(args, Pops::start);
    }
}
