package io.posthorse.log;

import io.posthorse.platform.StoredFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file of sections: the state of the layer above that changed between two positions of the log, or all of it where the
 * first position is 0.
 *
 * <pre>
 *   0  u64  magic    "PHCKPT" and two zeros
 *   8  u32  version  2
 *  12  u32  zero
 *  16  u64  to       the state is that of all records below
 *  24  u32  zero
 *  28  u32  crc32c   of bytes 0 to 28
 *  32  u64  from     pieces not in here are as they were there
 *  40  u64  length   of all blocks
 *  48  u32  zero
 *  52  u32  crc32c   of bytes 32 to 52
 *  56  ...  blocks: u32 length, at most 65,536; u32 crc32c of the rest; the bytes
 * </pre>
 *
 * The bytes of all blocks in a row are sections, by kind and key: u8 kind, u16 length of the key, u32 length of the value
 * or 0xFFFFFFFF where the piece no longer exists, key, value.
 */
final class CheckpointFile {
    static final long MAGIC = 0x5048434B50540000L;
    static final int VERSION = 2;
    static final int HEADER = 56;
    /** Bytes of a section beside its key and value. */
    static final int SECTION = 1 + 2 + 4;

    private static final int BLOCK = 1 << 16;
    private static final int BLOCK_HEADER = 8;
    private static final int GONE = -1;

    private CheckpointFile() {}

    /** A writer of a file from front to back. */
    static final class Writer {
        private final StoredFile file;
        private final ByteBuffer block = ByteBuffer.allocate(BLOCK_HEADER + BLOCK).position(BLOCK_HEADER);
        private long written;

        Writer(StoredFile file) {
            this.file = file;
        }

        void add(Section section) throws IOException {
            ByteBuffer value = section.value();
            if (block.remaining() < SECTION) {
                flush();
            }
            block.put(section.kind).putShort((short) section.key.length).putInt(value == null ? GONE : value.remaining());
            put(ByteBuffer.wrap(section.key));
            if (value != null) {
                put(value);
            }
        }

        private void put(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                if (!block.hasRemaining()) {
                    flush();
                }
                int length = Math.min(block.remaining(), bytes.remaining());
                block.put(bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
            }
        }

        private void flush() throws IOException {
            block.flip();
            int length = block.limit() - BLOCK_HEADER;
            block.putInt(0, length).putInt(4, CheckedBytes.crc(block, BLOCK_HEADER, block.limit()));
            file.write(HEADER + written, block);
            written += BLOCK_HEADER + length;
            block.clear().position(BLOCK_HEADER);
        }

        /** Returns the bytes written so far. */
        long written() {
            return written;
        }

        /** Ends the file and forces it. */
        void end(long from, long to) throws IOException {
            if (block.position() > BLOCK_HEADER) {
                flush();
            }
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            header.putLong(0, MAGIC).putInt(8, VERSION).putLong(16, to).putLong(32, from).putLong(40, written);
            header.putInt(28, CheckedBytes.crc(header, 0, 28)).putInt(52, CheckedBytes.crc(header, 32, 52));
            file.write(0, header);
            file.force();
        }
    }

    /**
     * A reader of a file from front to back. Reports every fault as a {@link DamagedCheckpoint}, also a section longer than
     * the file.
     */
    static final class Reader implements SectionSource {
        private final StoredFile file;
        private final long length;
        private final ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
        private final ByteBuffer blockHeader = ByteBuffer.allocate(BLOCK_HEADER);
        private long at;
        private Section last;

        /** @throws NewerFormatException where a later version of this program wrote the file */
        Reader(StoredFile file, String name, long from, long to) throws IOException {
            this.file = file;
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            file.read(0, header);
            require(!header.hasRemaining() && header.getLong(0) == MAGIC
                    && header.getInt(28) == CheckedBytes.crc(header, 0, 28));
            if (header.getInt(8) > VERSION) {
                throw new NewerFormatException(name, header.getInt(8), VERSION);
            }
            length = header.getLong(40);
            require(header.getInt(52) == CheckedBytes.crc(header, 32, 52) && header.getLong(16) == to
                    && header.getLong(32) == from && length >= 0 && length <= file.size() - HEADER);
        }

        /** Returns the bytes of all its blocks. */
        long length() {
            return length;
        }

        @Override
        public Section next() throws IOException {
            if (!block.hasRemaining() && at == length) {
                return null;
            }
            int left = block.hasRemaining() ? block.remaining() : fill();
            require(left >= SECTION);
            byte kind = block.get();
            byte[] key = new byte[block.getShort() & 0xFFFF];
            int valueLength = block.getInt();
            require(valueLength >= GONE && key.length + (long) valueLength <= block.remaining() + length - at);
            get(ByteBuffer.wrap(key));
            ByteBuffer value = valueLength == GONE ? null : ByteBuffer.allocate(valueLength);
            if (value != null) {
                get(value);
                value.flip();
            }
            Section section = new Section(kind, key, value);
            require(last == null || last.compareTo(section) < 0);
            last = section;
            return section;
        }

        private void get(ByteBuffer target) throws IOException {
            while (target.hasRemaining()) {
                int many = Math.min(block.hasRemaining() ? block.remaining() : fill(), target.remaining());
                target.put(block.slice(block.position(), many));
                block.position(block.position() + many);
            }
        }

        private int fill() throws IOException {
            require(at + BLOCK_HEADER < length);
            read(blockHeader.clear());
            int bytes = blockHeader.getInt(0);
            require(bytes > 0 && bytes <= BLOCK && bytes <= length - at);
            read(block.clear().limit(bytes));
            require(blockHeader.getInt(4) == CheckedBytes.crc(block.flip(), 0, bytes));
            return bytes;
        }

        private void read(ByteBuffer target) throws IOException {
            int wanted = target.remaining();
            if (file.read(HEADER + at, target) < wanted) {
                throw new EOFException("a checkpoint became shorter while it was read");
            }
            at += wanted;
        }

        private static void require(boolean holds) throws DamagedCheckpoint {
            if (!holds) {
                throw new DamagedCheckpoint();
            }
        }
    }

    /** Thrown where the file is not as it was written. */
    static final class DamagedCheckpoint extends IOException {
        private static final long serialVersionUID = 1;

        DamagedCheckpoint() {
            super("A checkpoint is damaged.");
        }
    }
}
