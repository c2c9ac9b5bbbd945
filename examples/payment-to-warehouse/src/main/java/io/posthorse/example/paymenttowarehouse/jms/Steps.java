package io.posthorse.example.paymenttowarehouse.jms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Breakpoints between two steps of the application, where a test can stop it in order to kill it exactly there.
 *
 * <p>If {@code example.steps} is set to a folder, a file {@code STEP.ORDER} in it stops the thread that reaches this
 * step with this order, and is renamed to {@code STEP.ORDER.reached}. Without the setting, steps have no effect.
 */
@Component
public class Steps {
    private final Path folder;

    Steps(@Value("${example.steps}") String folder) {
        this.folder = folder.isEmpty() ? null : Path.of(folder);
    }

    /** Stops the thread if the folder has a file for this step and order. */
    public void reached(String step, String orderId) {
        if (folder == null) {
            return;
        }
        Path file = folder.resolve(step + "." + orderId);
        try {
            Files.move(file, folder.resolve(file.getFileName() + ".reached"), StandardCopyOption.ATOMIC_MOVE);
            TimeUnit.MINUTES.sleep(5);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
