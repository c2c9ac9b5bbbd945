package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.posthorse.platform.DirectoryInUseException;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.NoSpaceException;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.SimulatedBackground;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real directory: who may open it, and that the log works on it. */
class DiskFileStoreTest {
    @TempDir
    Path directory;

    /** Holds a directory open until it is killed. */
    static final class Holder {
        public static void main(String[] arguments) throws IOException {
            DiskFileStore.open(Path.of(arguments[0]));
            System.out.println("open");
            System.out.flush();
            System.in.read();
        }
    }

    @Test
    void c10_aSecondOpeningIsRefused() throws IOException {
        try (DiskFileStore first = DiskFileStore.open(directory)) {
            assertEquals(List.of(), first.list());
            IOException refusal = assertThrows(DirectoryInUseException.class, () -> DiskFileStore.open(directory));
            assertTrue(refusal.getMessage().contains("in use by this very process"), refusal.getMessage());
        }
        DiskFileStore.open(directory).close();
    }

    @Test
    void newFilesAreReadableByOwnerAndGroupAndSecretsByTheOwnerOnly() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path made = directory.resolve("above").resolve("data");
        try (DiskFileStore files = DiskFileStore.open(made)) {
            files.open("segment").close();
            files.openPrivate("secret").close();
        }
        assertEquals("rwxr-x---", mode(made.getParent()));
        assertEquals("rwxr-x---", mode(made));
        assertEquals("rw-r-----", mode(made.resolve("lock")));
        assertEquals("rw-r-----", mode(made.resolve("segment")));
        assertEquals("rw-------", mode(made.resolve("secret")));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** Linux has a file that is always full. */
    @Test
    void theErrorOfAFullDiskNamesPlaceAndNeededBytes() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/dev/full")));
        Files.createSymbolicLink(directory.resolve("f"), Path.of("/dev/full"));
        try (DiskFileStore files = DiskFileStore.open(directory); StoredFile file = files.open("f")) {
            IOException full = assertThrows(NoSpaceException.class, () -> file.write(0, ByteBuffer.allocate(64 << 10)));
            String place = directory.resolve("f").toAbsolutePath().toString();
            assertTrue(full.getMessage().startsWith("No space left for " + place + ": it needs 64 KiB"), full.getMessage());
        }
    }

    /** Whatever the file system knows of its blocks: what is passed over reads as zeros, and what was written is not. */
    @Test
    void bytesSkippedBeforeTheNextDataReadAsZeros() throws IOException {
        int size = 4 << 20;
        int written = 3 << 20;
        try (DiskFileStore files = DiskFileStore.open(directory); StoredFile file = files.open("f")) {
            file.map(size);
            file.allocate(1 << 20, 2 << 20);
            file.write(written + 5, ByteBuffer.wrap(new byte[] {1}));
            for (int from : new int[] {0, 1 << 20, (2 << 20) + 7, written, written + 5}) {
                long found = file.nextData(from);
                assertTrue(found >= from && found <= written + 5, "from " + from + " found " + found);
                ByteBuffer passed = ByteBuffer.allocate((int) found - from);
                file.read(from, passed);
                for (byte b : passed.array()) {
                    assertEquals(0, b);
                }
            }
            assertTrue(file.nextData(written + 4_096 * 4) >= written + 4_096 * 4);
        }
    }

    @Test
    void c10_aSecondProcessIsRefusedAndAStaleLockIsIgnored() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals('o', other.getInputStream().read(), "the other process has it open");
            IOException refusal = assertThrows(DirectoryInUseException.class, () -> DiskFileStore.open(directory));
            assertTrue(refusal.getMessage().contains("in use by process " + other.pid() + "."), refusal.getMessage());
            Files.writeString(directory.resolve("lock"), other.pid() + " other-boot pid:[1]\n");
            IOException elsewhere = assertThrows(DirectoryInUseException.class, () -> DiskFileStore.open(directory));
            assertTrue(elsewhere.getMessage().contains(other.pid() + " of another container or machine"),
                    elsewhere.getMessage());
        } finally {
            other.destroyForcibly();
        }
        assertTrue(other.waitFor(30, TimeUnit.SECONDS));
        assertTrue(Files.exists(directory.resolve("lock")));
        DiskFileStore.open(directory).close();
    }

    @Test
    void c10_aRefusedSecondOpeningDoesNotEndTheLock() throws Exception {
        try (DiskFileStore first = DiskFileStore.open(directory)) {
            assertThrows(DirectoryInUseException.class, () -> DiskFileStore.open(directory));
            assertEquals(List.of(), first.list());
            Process other = holder();
            assertEquals(-1, other.getInputStream().read(), "the other process ends without having it");
            assertTrue(other.waitFor(30, TimeUnit.SECONDS));
        }
    }

    /** Each embedded broker has a class loader of its own. */
    @Test
    void c10_anotherClassLoaderIsRefusedAndDoesNotEndTheLock() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        try (DiskFileStore first = DiskFileStore.open(directory)) {
            try (URLClassLoader loader =
                    new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                var open = loader.loadClass(DiskFileStore.class.getName()).getMethod("open", Path.class);
                var refusal = assertThrows(InvocationTargetException.class, () -> open.invoke(null, directory));
                assertTrue(refusal.getCause().getMessage().contains("this very process"), refusal.getCause().getMessage());
            }
            System.gc(); // closes what the class loader has left open
            assertEquals(List.of(), first.list());
            Process other = holder();
            assertEquals(-1, other.getInputStream().read(), "the other process ends without having it");
            assertTrue(other.waitFor(30, TimeUnit.SECONDS));
        }
        DiskFileStore.open(directory).close();
    }

    private Process holder() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** As in a changed root, where the mount that holds it is out of sight. */
    @Test
    void aDirectoryThatIsInNoTableOfMountsTellsItsSpace() throws IOException {
        FilterFileSystemProvider changedRoot = new FilterFileSystemProvider("file", directory.getFileSystem()) {
            @Override
            public java.nio.file.FileStore getFileStore(Path path) throws IOException {
                throw new IOException("Mount point not found");
            }
        };
        try (DiskFileStore files = DiskFileStore.open(changedRoot.wrapPath(directory))) {
            assertTrue(files.usableBytes() > 0);
            assertTrue(files.totalBytes() >= files.usableBytes());
        }
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsRefused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThrows(IOException.class, () -> DiskFileStore.open(file));
    }

    @Test
    void aMappingShowsLaterWrites() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory);
                StoredFile file = files.open("a")) {
            file.allocate(0, 5_000);
            ByteBuffer view = file.map(10_000);
            assertEquals(10_000, file.size());
            file.write(4_990, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertEquals(2, view.get(4_991));
            assertThrows(ReadOnlyBufferException.class, () -> view.put(0, (byte) 1));
            file.truncate(4_991);
            file.map(10_000);
            assertEquals(0, view.get(4_991));
            assertEquals(1, view.get(4_990));
        }
    }

    @Test
    void aLogOnARealDiskIsReopened() throws IOException {
        keepsALogOver(directory, () -> { });
    }

    /** Writes to a log in three runs, the second of which alone is closed in order, and finds all of it each time. */
    static void keepsALogOver(Path directory, Runnable betweenRuns) throws IOException {
        for (int run = 0; run < 3; run++) {
            try (DiskFileStore files = DiskFileStore.open(directory)) {
                SimulatedBackground background = new SimulatedBackground();
                Index index = new Index();
                int[] records = new int[1];
                Store.State state = new NoState() {
                    @Override
                    public void restore(Section section) {
                        records[0] = section.value().getInt();
                    }

                    @Override
                    public void beginFreeze(SectionBuffer out) {
                        out.add((byte) 1, new byte[0], 4).putInt(records[0]);
                    }

            @Override
                    public void record(ByteBuffer bytes, int at, long position, int length) {
                        records[0]++;
                    }
                };
                Store store = Store.open(files, LogWorld.SYNC, background, index, state);
                store.start();
                assertEquals(run * 10, records[0]);
                for (int i = 0; i < 10; i++, records[0]++) {
                    assertTrue(store.log().admits(100, 1, false));
                    store.log().reserve(100);
                    store.log().seal((byte) 2, 1, false);
                    store.log().write();
                    background.drain();
                }
                assertEquals(store.log().tail(), store.log().committed());
                if (run == 1) {
                    store.close();
                }
            }
            betweenRuns.run();
        }
    }
}
