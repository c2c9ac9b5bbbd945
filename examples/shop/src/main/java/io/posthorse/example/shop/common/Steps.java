package io.posthorse.example.shop.common;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Breakpoints between two steps, where a test can stop a process in order to kill it exactly there.
 *
 * <p>If {@code shop.steps} is set to a folder, a file in it with the name of a step stops the next thread that reaches
 * the step, once. The file is renamed to {@code NAME.reached}, and the thread continues when that file is deleted. If
 * the file contains the word {@code fail}, the step fails instead. Without the setting, steps have no effect.
 */
@Component
public class Steps {

    private static final Logger LOG = LoggerFactory.getLogger(Steps.class);

    private final Path folder;
    private final String service;

    Steps(@Value("${shop.steps:}") String folder, @Value("${spring.application.name}") String service) {
        this.folder = folder.isEmpty() ? null : Path.of(folder);
        this.service = service;
    }

    /** Stops or fails if the folder has a file for this step of the service. */
    public void reached(String step) {
        if (folder == null) {
            return;
        }
        Path file = folder.resolve(service + "." + step);
        Path reached = folder.resolve(service + "." + step + ".reached");
        try {
            String word = Files.readString(file).strip();
            Files.move(file, reached, StandardCopyOption.ATOMIC_MOVE);
            if (word.equals("fail")) {
                throw new IllegalStateException("simulated failure at " + file.getFileName());
            }
            LOG.info("stopped at {}; continues when {} is deleted", step, reached);
            while (Files.exists(reached)) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("ended while stopped at " + step, e);
        }
    }
}
