package io.posthorse.auth;

import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets for the disk with AES-256-GCM and a key of this data directory: signatures are verified with the secret
 * itself, so it must be recoverable. The user's name is authenticated with it, so that no secret can be moved to another
 * user.
 *
 * <p>The key file, which only its owner can read:
 *
 * <pre>
 *   0  8 bytes   "PHKEY" and three zeros
 *   8  u32       version, 1
 *  12  32 bytes  the key
 *  44  u32       CRC32C of bytes 0 to 44
 * </pre>
 */
final class SecretCipher {
    static final String FILE = "access.key";
    private static final long MAGIC = 0x50484B4559000000L;
    private static final int VERSION = 1;
    private static final int VERSION_AT = 8;
    private static final int KEY_AT = 12;
    static final int KEY_BYTES = 32;
    private static final int SIZE = 48;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";

    private final SecretKeySpec key;
    private final Entropy entropy;

    /** @param key {@link #KEY_BYTES} bytes */
    SecretCipher(byte[] key, Entropy entropy) {
        this.key = new SecretKeySpec(key, "AES");
        this.entropy = entropy;
    }

    /** Creates a key and its file. */
    static SecretCipher create(FileStore files, Entropy entropy) throws IOException {
        byte[] key = random(KEY_BYTES, entropy);
        ByteBuffer bytes = ByteBuffer.allocate(SIZE).putLong(MAGIC).putInt(VERSION).put(key);
        bytes.putInt(crc(bytes)).flip();
        try (StoredFile file = files.openPrivate(FILE)) {
            file.write(0, bytes);
            file.force();
        }
        files.forceNames();
        return new SecretCipher(key, entropy);
    }

    /**
     * Reads the key file.
     *
     * @throws IOException where it is damaged; says what to do
     */
    static SecretCipher read(FileStore files, Entropy entropy) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE);
        try (StoredFile file = files.openPrivate(FILE)) {
            file.read(0, bytes);
        }
        if (!bytes.hasRemaining() && bytes.getLong(0) == MAGIC && bytes.getInt(VERSION_AT) > VERSION) {
            throw new IOException(FILE + " in the data directory has version " + bytes.getInt(VERSION_AT) + ", but this"
                    + " release reads versions up to " + VERSION + ": start the release that wrote it. Nothing was"
                    + " changed.");
        }
        if (bytes.hasRemaining() || bytes.getLong(0) != MAGIC || bytes.getInt(VERSION_AT) != VERSION
                || bytes.getInt(KEY_AT + KEY_BYTES) != crc(bytes)) {
            throw new IOException(FILE + " in the data directory is damaged, and without it no user's secret can be read."
                    + " Restore it from a backup. To start again without any user, delete it and the files access-*.acl.");
        }
        byte[] key = new byte[KEY_BYTES];
        bytes.get(KEY_AT, key);
        return new SecretCipher(key, entropy);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(KEY_AT + KEY_BYTES));
        return (int) crc.getValue();
    }

    static byte[] random(int count, Entropy entropy) {
        ByteBuffer bytes = ByteBuffer.allocate((count + 7) & ~7);
        while (bytes.hasRemaining()) {
            bytes.putLong(entropy.nextLong());
        }
        return Arrays.copyOf(bytes.array(), count);
    }

    /** Returns a secret as it is stored: the nonce, then the sealed text. */
    byte[] seal(String user, Secret secret) {
        byte[] nonce = random(NONCE_BYTES, entropy);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, user, nonce, secret.bytes(), 0);
        return ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array();
    }

    /** Returns the secret of a user; null where it was not sealed with this key for this user. */
    Secret open(String user, byte[] sealed) {
        if (sealed.length < NONCE_BYTES) {
            return null;
        }
        byte[] plain = run(Cipher.DECRYPT_MODE, user, Arrays.copyOf(sealed, NONCE_BYTES), sealed, NONCE_BYTES);
        return plain == null ? null : new Secret(new String(plain, StandardCharsets.UTF_8));
    }

    private byte[] run(int mode, String user, byte[] nonce, byte[] input, int from) {
        try {
            Cipher cipher = Cipher.getInstance(TRANSFORMATION);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(user.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input, from, input.length - from);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + TRANSFORMATION, e);
        }
    }
}
