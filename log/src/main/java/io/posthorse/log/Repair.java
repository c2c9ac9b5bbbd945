package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The repair of one damaged range with what other nodes have there. A record is written where its place, its checksum and
 * its term are right and it ends within the range, and if also what is left of it here says that it is the one, or all nodes
 * that have a whole one have the same. Where they differ nothing is written.
 *
 * <p>One thread at a time uses it, which may wait for the disk.
 */
final class Repair {
    /** How far a repair has come. */
    enum Outcome {
        /** More bytes are needed. */
        GOES_ON,
        /** Everything in the range is whole again. */
        REPAIRED,
        /** No other node that has answered has the next record whole. */
        NOT_FOUND,
        /** Other nodes have different records, and nothing says which is the right one. */
        DISPUTED
    }

    private final FileStore files;
    private final DamagedRange range;
    private final Segment segment;
    /** Highest term that a record of the range can have. */
    private final int termMax;
    private final CRC32C crc = new CRC32C();
    /** Bytes of the other nodes from {@link #at} on, of all the same number. */
    private Map<String, ByteBuffer> have = new HashMap<>();
    private final List<Piece> pieces = new ArrayList<>();
    private int length;
    private long at;
    private boolean isSetAside;

    private record Piece(long position, ByteBuffer bytes) {}

    Repair(FileStore files, LogView view, DamagedRange range) {
        this.files = files;
        this.range = range;
        this.segment = view.segmentOf(range.from());
        this.at = range.from();
        this.termMax = termAt(view, range.to());
    }

    private static int termAt(LogView view, long position) {
        ByteBuffer bytes = view.bytes(position);
        return bytes == null ? Integer.MAX_VALUE : bytes.getInt(view.index(position) + RecordFormat.EPOCH);
    }

    DamagedRange range() {
        return range;
    }

    /** Returns the begin of the range as far as it is whole again; null where it is not. */
    DamagedRange mended() {
        return isSetAside && at > range.from() ? new DamagedRange(range.from(), at) : null;
    }

    /** Returns the position of the bytes that are needed next. */
    long position() {
        return at + length;
    }

    /** Returns how many bytes are needed next, at most {@link PeerBytes#BYTES_MAX}. */
    int wanted() {
        return (int) Math.min(PeerBytes.BYTES_MAX, range.to() - position());
    }

    /**
     * Takes what other nodes have answered, and writes and forces what is whole.
     *
     * @throws IOException where the disk does not take it
     */
    Outcome take(Map<String, ByteBuffer> answers) throws IOException {
        collect(answers, wanted());
        Outcome outcome = Outcome.GOES_ON;
        while (at < range.to() && outcome == Outcome.GOES_ON && length > 0) {
            ByteBuffer chosen = null;
            List<ByteBuffer> whole = new ArrayList<>();
            boolean mayGrow = false;
            for (ByteBuffer bytes : have.values()) {
                int size = sizeOf(bytes);
                if (size > length) {
                    mayGrow = true;
                } else if (size > 0 && isWhole(bytes, size)) {
                    whole.add(bytes.slice(0, size));
                    chosen = chosen == null && isConfirmed(bytes, size) ? bytes.slice(0, size) : chosen;
                }
            }
            if (chosen == null && mayGrow && position() < range.to()) {
                break;
            }
            outcome = chosen != null ? Outcome.GOES_ON : judge(whole);
            if (outcome == Outcome.GOES_ON) {
                advance(chosen == null ? whole.getFirst() : chosen);
            }
        }
        write();
        return outcome == Outcome.GOES_ON && at == range.to() ? Outcome.REPAIRED
                : outcome == Outcome.GOES_ON && have.isEmpty() ? Outcome.NOT_FOUND : outcome;
    }

    private static Outcome judge(List<ByteBuffer> whole) {
        if (whole.isEmpty()) {
            return Outcome.NOT_FOUND;
        }
        return whole.stream().allMatch(whole.getFirst()::equals) ? Outcome.GOES_ON : Outcome.DISPUTED;
    }

    /** Adds answers of the right length to what there is; another node counts from here on only if it sends all. */
    private void collect(Map<String, ByteBuffer> answers, int wanted) {
        Map<String, ByteBuffer> all = new HashMap<>();
        answers.forEach((node, bytes) -> {
            ByteBuffer before = length == 0 ? ByteBuffer.allocate(0) : have.get(node);
            if (before != null && bytes.remaining() == wanted) {
                all.put(node, ByteBuffer.allocate(length + wanted).put(before.duplicate()).put(bytes.duplicate()).flip());
            }
        });
        have = all;
        length = all.isEmpty() ? 0 : length + wanted;
    }

    private boolean isAtHeader() {
        return at == segment.base;
    }

    /** Returns how many bytes the record that begins {@code bytes} says to take; 0 where that is impossible. */
    private int sizeOf(ByteBuffer bytes) {
        if (isAtHeader()) {
            return Segment.HEADER;
        }
        if (bytes.limit() < RecordFormat.PAYLOAD) {
            return range.to() - at >= RecordFormat.PAYLOAD ? RecordFormat.PAYLOAD : 0;
        }
        int said = bytes.getInt(RecordFormat.LENGTH);
        boolean isPossible = said >= RecordFormat.PAYLOAD && said <= RecordFormat.LENGTH_MAX
                && bytes.getLong(RecordFormat.POSITION) == at && RecordFormat.occupied(said) <= range.to() - at;
        return isPossible ? RecordFormat.occupied(said) : 0;
    }

    private boolean isWhole(ByteBuffer bytes, int size) {
        if (isAtHeader()) {
            return Segment.isHeader(bytes, segment.base) && bytes.getInt(12) == segment.size
                    && Segment.previous(bytes) <= segment.base;
        }
        int said = bytes.getInt(RecordFormat.LENGTH);
        return bytes.getInt(RecordFormat.EPOCH) <= termMax && RecordFormat.valid(bytes, 0, at, size, crc)
                && bytes.slice(said, size - said).mismatch(ByteBuffer.allocate(size - said)) < 0;
    }

    /** Returns whether what is left of the record here says that it is this one: its checksum, or all that is checked. */
    private boolean isConfirmed(ByteBuffer bytes, int size) {
        ByteBuffer own = own(at, size);
        if (own == null || isAtHeader()) {
            return false;
        }
        return own.getInt(RecordFormat.CRC) == bytes.getInt(RecordFormat.CRC)
                || own.slice(RecordFormat.POSITION, size - RecordFormat.POSITION)
                        .equals(bytes.slice(RecordFormat.POSITION, size - RecordFormat.POSITION));
    }

    /** Returns bytes as they are here; null where the disk does not deliver them. */
    private ByteBuffer own(long position, int size) {
        try {
            int from = segment.at(position);
            return MappedPages.readable(segment.bytes(), from, from + size) ? segment.bytes().slice(from, size) : null;
        } catch (UncheckedIOException e) {
            return null;
        }
    }

    private void advance(ByteBuffer piece) {
        pieces.add(new Piece(at, piece));
        int size = piece.limit();
        have.replaceAll((node, bytes) -> bytes.slice(size, bytes.limit() - size));
        length -= size;
        at += size;
    }

    private void write() throws IOException {
        if (pieces.isEmpty()) {
            return;
        }
        setAside();
        String name = Segment.name(segment.base);
        boolean begins = pieces.getFirst().position == segment.base;
        try (StoredFile file = begins ? files.open(name) : files.openExisting(name)) {
            for (Piece piece : pieces) {
                file.write(piece.position - segment.base, piece.bytes.duplicate());
            }
            file.force();
        }
        pieces.clear();
    }

    /** Copies the readable pages of the range to a file of their own, before the first of them is written over. */
    private void setAside() throws IOException {
        if (isSetAside) {
            return;
        }
        try (StoredFile copy = files.open("quarantine-%020d".formatted(range.from()))) {
            copy.truncate(0);
            for (long from = range.from(); from < range.to(); from = (from | MappedPages.BYTES - 1) + 1) {
                long to = Math.min((from | MappedPages.BYTES - 1) + 1, range.to());
                ByteBuffer bytes = own(from, (int) (to - from));
                if (bytes != null) {
                    copy.write(from - range.from(), bytes);
                }
            }
            copy.force();
        }
        MendedRange.note(files, range);
        isSetAside = true;
    }
}
