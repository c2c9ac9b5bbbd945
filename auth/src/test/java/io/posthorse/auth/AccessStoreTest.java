package io.posthorse.auth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.auth.AccessFile.Generation;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users and rules on the disk: they are never lost silently, and others can never read them. */
class AccessStoreTest {
    private static final String SECRET = "the-secret-of-ann";
    private final AtomicLong numbers = new AtomicLong();

    @TempDir
    Path directory;

    private static AccessTable table() {
        Rule rule = new Rule(
                false, Resource.parse("Topic:orders*"), Actions.of(Action.PUB, Action.SUB),
                Sources.of(List.of("10.0.0.0/8")), true);
        return AccessTable.EMPTY
                .with(User.of("root", User.Kind.SUPER, true, "the-secret-of-root"))
                .with(User.of("ann", User.Kind.NORMAL, false, SECRET))
                .withRule("ann", rule)
                .withRule("ann", new Rule(true, Resource.parse("*"), Actions.ALL, Sources.ANY, false));
    }

    private AccessTable open() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            return AccessStore.open(files, numbers::incrementAndGet).loaded().table();
        }
    }

    private void write(long generation, AccessTable table) throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            AccessStore.open(files, numbers::incrementAndGet).write(new Generation(generation, table));
        }
    }

    private void damage(String name, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve(name));
        bytes[at] ^= 1;
        Files.write(directory.resolve(name), bytes);
    }

    @Test
    void writtenTablesAreReadAgain() throws IOException {
        assertEquals(AccessTable.EMPTY, open());
        Files.delete(directory.resolve("access.key"));
        write(1, table());
        assertEquals(table(), open());
        write(2, AccessTable.EMPTY.with(table().user("root")));
        assertEquals(List.of("root"), List.copyOf(open().users().keySet()));
    }

    @Test
    void damagedGenerationIsReplacedByThePreviousOne() throws IOException {
        write(1, table());
        write(2, AccessTable.EMPTY.with(table().user("root")));
        int size = (int) Files.size(directory.resolve("access-0.acl"));
        for (int at = 0; at < size; at++) {
            damage("access-0.acl", at);
            assertEquals(table(), open(), "byte " + at);
            damage("access-0.acl", at);
        }
        Files.write(directory.resolve("access-0.acl"), new byte[0]);
        assertEquals(table(), open());
    }

    @Test
    void openFailsWithoutAnIntactGeneration() throws IOException {
        write(1, table());
        damage("access-0.acl", 40);
        damage("access-1.acl", 40);
        IOException refused = assertThrows(IOException.class, this::open);
        assertTrue(refused.getMessage().contains("are damaged. The broker does not start"), refused.getMessage());
        Files.delete(directory.resolve("access-0.acl"));
        assertThrows(IOException.class, this::open);
        Files.delete(directory.resolve("access-1.acl"));
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("are missing"));
        Files.delete(directory.resolve("access.key"));
        assertEquals(AccessTable.EMPTY, open());
    }

    @Test
    void wrongKeyIsRefused() throws IOException {
        write(1, table());
        byte[] key = Files.readAllBytes(directory.resolve("access.key"));
        damage("access.key", 20);
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("access.key"));
        Files.delete(directory.resolve("access.key"));
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("is missing"));
        Path other = directory.resolve("other");
        try (DiskFileStore files = DiskFileStore.open(other)) {
            AccessStore.open(files, numbers::incrementAndGet);
        }
        Files.copy(other.resolve("access.key"), directory.resolve("access.key"));
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("is not the key"));
        Files.write(directory.resolve("access.key"), key);
        assertEquals(table(), open());
    }

    @Test
    void secT03FilesShowNoSecretAndBelongToTheirOwner() throws IOException {
        write(1, table());
        for (String name : List.of("access-0.acl", "access-1.acl", "access.key")) {
            Path file = directory.resolve(name);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), name);
            assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET), name);
        }
    }

    @Test
    void secretCannotBeMovedToAnotherUser() {
        SecretCipher cipher = new SecretCipher(new byte[32], numbers::incrementAndGet);
        byte[] sealed = cipher.seal("ann", new Secret(SECRET));
        assertEquals(new Secret(SECRET), cipher.open("ann", sealed));
        assertNull(cipher.open("bob", sealed));
        assertNull(cipher.open("ann", new byte[5]));
    }

    @Test
    void newerFormatIsRefusedAndNotChanged() throws IOException {
        write(1, table());
        for (String name : List.of("access-0.acl", "access-1.acl")) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(directory.resolve(name)));
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            bytes.putInt(8, 2);
            crc.update(bytes.array(), 0, 28);
            Files.write(directory.resolve(name), bytes.putInt(28, (int) crc.getValue()).array());
        }
        byte[] before = Files.readAllBytes(directory.resolve("access-0.acl"));
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("version 2"));
        assertArrayEquals(before, Files.readAllBytes(directory.resolve("access-0.acl")));
    }

    @Test
    void newerKeyFileIsRefusedAsNewerAndNotAsDamaged() throws IOException {
        write(1, table());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("access.key")));
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        bytes.putInt(8, 2);
        crc.update(bytes.array(), 0, 44);
        Files.write(directory.resolve("access.key"), bytes.putInt(44, (int) crc.getValue()).array());
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("access.key"), "it is named");
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("version 2"));
    }

    @Test
    void goldenFileIsRead() throws IOException {
        SecretCipher cipher = new SecretCipher(new byte[32], numbers::incrementAndGet);
        ByteBuffer encoded = AccessFile.encode(new Generation(7, table()), cipher);
        byte[] now = new byte[encoded.remaining()];
        encoded.get(now);
        Path golden = Path.of("src/test/resources/golden/access.acl");
        if (Boolean.getBoolean("posthorse.golden.write")) {
            Files.write(golden, now);
        }
        byte[] kept = Files.readAllBytes(golden);
        assertArrayEquals(kept, now);
        Generation read = AccessFile.decode("golden", ByteBuffer.wrap(kept), cipher);
        assertEquals(new Generation(7, table()), read);
    }

    private AccessControl opened(DiskFileStore files, Secret secret, boolean full, List<Secret> made) throws IOException {
        return AccessControl.open(files, (job, done) -> {
            IOException failure = full ? new IOException("full") : null;
            try {
                job.run();
            } catch (IOException e) {
                failure = e;
            }
            done.accept(failure);
        }, Clock.system(), numbers::incrementAndGet, AccessTable.EMPTY, "admin", secret, (name, s) -> made.add(s));
    }

    @Test
    void firstStartCreatesOneSuperUser() throws IOException {
        List<Secret> made = new ArrayList<>();
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            opened(files, null, false, made);
            assertTrue(made.getFirst().reveal().length() >= 32);
        }
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            AccessControl again = opened(files, new Secret("another-secret"), false, made);
            assertEquals(1, made.size());
            assertEquals(made.getFirst(), again.table().user("admin").secret());
            assertTrue(again.table().user("admin").isSuper());
        }
    }

    @Test
    void changeThatCannotBeWrittenIsNotInForce() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            AccessControl opened = opened(files, null, true, new ArrayList<>());
            StringBuilder reasons = new StringBuilder();
            opened.change(t -> t.with(table().user("ann")), e -> reasons.append(e.getMessage()));
            assertTrue(reasons.toString().contains("full"), reasons.toString());
            assertNull(opened.table().user("ann"));
        }
    }

    @Test
    void fileSizeIsCheckedFirst() throws IOException {
        write(1, table());
        try (DiskFileStore files = DiskFileStore.open(directory); StoredFile file = files.open("access-0.acl")) {
            file.map(1 << 27);
        }
        assertEquals(table(), open());
    }

    @Test
    void invalidRulesWithCorrectChecksumsAreRefused() {
        SecretCipher cipher = new SecretCipher(new byte[32], () -> 1);
        AccessTable table = AccessTable.EMPTY.with(table().user("ann")).withRule("ann", new Rule(
                false, Resource.parse("*"), Actions.ALL, Sources.of(List.of("10.0.0.0/8")), true));
        for (int cut : new int[] {1, 5, 12}) {
            ByteBuffer file = AccessFile.encode(new Generation(3, table), cipher);
            refused(file.limit(file.limit() - cut).putInt(12, file.limit() - 32), cipher);
        }
        ByteBuffer file = AccessFile.encode(new Generation(3, table), cipher);
        refused(file.put(file.limit() - 1, (byte) 'x'), cipher);
    }

    private static void refused(ByteBuffer file, SecretCipher cipher) {
        file.putInt(24, crc(file, 32, file.limit())).putInt(28, crc(file, 0, 28));
        IOException refusal = assertThrows(IOException.class, () -> AccessFile.decode("access-1.acl", file, cipher));
        assertTrue(refusal.getMessage().contains("invalid content"), refusal.getMessage());
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
