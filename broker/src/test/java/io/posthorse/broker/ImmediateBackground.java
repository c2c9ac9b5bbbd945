package io.posthorse.broker;

import io.posthorse.platform.Background;
import java.io.IOException;

/** Does each job at once. */
final class ImmediateBackground implements Background {
    @Override
    public void run(Job job, Done done) {
        IOException failure = null;
        try {
            job.run();
        } catch (IOException e) {
            failure = e;
        }
        done.accept(failure);
    }
}
