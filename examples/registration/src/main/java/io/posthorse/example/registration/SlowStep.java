package io.posthorse.example.registration;

import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Simulates a slow system: a database, a mail server, or a provider of text messages. */
@Component
public class SlowStep {

    private final long milliseconds;

    SlowStep(@Value("${registration.step-ms}") long milliseconds) {
        this.milliseconds = milliseconds;
    }

    /** Returns after the configured time. */
    void take() {
        try {
            TimeUnit.MILLISECONDS.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a slow system", e);
        }
    }
}
