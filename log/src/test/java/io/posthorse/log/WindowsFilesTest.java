package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.files.WindowsFileSystemProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory on Windows, where nothing that is mapped is deleted, replaced or shortened. */
class WindowsFilesTest {
    private final WindowsFileSystemProvider windows = new WindowsFileSystemProvider(FileSystems.getDefault().provider());

    @TempDir
    Path machine;

    private Path directory;

    @BeforeEach
    void directory() {
        directory = windows.of(machine.resolve("data"));
    }

    private static ByteBuffer mapped(DiskFileStore files, String name, int content) throws IOException {
        try (StoredFile file = files.open(name)) {
            file.write(0, ByteBuffer.allocate(8).putLong(0, content));
            return file.map(8);
        }
    }

    @Test
    void aDeletedFilesNameIsFreeAtOnceAndItsBlocksOnceUnmapped() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            ByteBuffer first = mapped(files, "a", 1);
            files.delete("a");
            assertEquals(List.of(), files.list());
            ByteBuffer second = mapped(files, "a", 2);
            assertEquals(1, first.getLong(0), "the mapping still shows the deleted file");
            assertEquals(2, second.getLong(0));
            assertEquals(List.of("a"), files.list());
            assertEquals(List.of("a", "a.0.deleted", "lock"), windows.names(directory));
            windows.unmapAll();
            files.delete("none");
            assertEquals(List.of("a", "lock"), windows.names(directory));
        }
    }

    @Test
    void theNextOpeningDeletesFilesThatWereStillMapped() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            mapped(files, "a", 1);
            files.delete("a");
        }
        assertEquals(List.of("a.0.deleted", "lock"), windows.names(directory));
        windows.unmapAll(); // the process has ended
        DiskFileStore.open(directory).close();
        assertEquals(List.of("lock"), windows.names(directory));
    }

    @Test
    void aMappedFileIsReplaced() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            ByteBuffer old = mapped(files, "a", 1);
            mapped(files, "b", 2);
            files.rename("b", "a");
            assertEquals(List.of("a"), files.list());
            assertEquals(1, old.getLong(0));
            try (StoredFile file = files.openExisting("a")) {
                assertEquals(2, file.map(8).getLong(0));
            }
        }
    }

    @Test
    void aMappedFileKeepsItsLengthAndCanBeDiscarded() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            mapped(files, "a", 1);
            try (StoredFile file = files.openExisting("a")) {
                assertFalse(file.truncate(0));
                assertEquals(8, file.size());
                assertTrue(file.truncate(8));
            }
            files.discard("a");
            assertEquals(List.of(), files.list());
            files.forceNames();
        }
    }

    @Test
    void aLogIsReopened() throws IOException {
        DiskFileStoreTest.keepsALogOver(directory, windows::unmapAll);
    }

    /** Another part of the same process has it mapped still, as an embedded broker that is started again finds it. */
    @Test
    void aLogIsReopenedWhileItIsStillMapped() throws IOException {
        DiskFileStoreTest.keepsALogOver(directory, () -> { });
    }
}
