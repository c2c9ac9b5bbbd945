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
 * The places between two steps where the application may be stopped, so that it can be killed exactly there.
 *
 * <p>With {@code example.steps} set to a folder, a file {@code STEP.ORDER} in it stops the thread that comes by with that
 * order, and is renamed to {@code STEP.ORDER.reached}. Without the setting, steps do nothing.
 */
@Component
public class Steps {
    private final Path folder;

    Steps(@Value("${example.steps}") String folder) {
        this.folder = folder.isEmpty() ? null : Path.of(folder);
    }

    /** A step is reached with an order. */
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
