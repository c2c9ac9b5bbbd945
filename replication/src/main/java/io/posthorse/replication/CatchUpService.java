package io.posthorse.replication;

import io.posthorse.log.Export;
import io.posthorse.log.Import;
import io.posthorse.log.PeerBytes;
import io.posthorse.platform.Clock;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The side of a catch-up that has everything: lets other nodes read the files of an export. Any thread may call it. */
public final class CatchUpService implements Peers.Service {
    /** Exports at a time: files stay for each of them. */
    private static final int OPEN_MAX = 4;
    /** An export that nobody has read for so long ends. */
    private static final long IDLE_NANOS = 60_000_000_000L;

    private final Source source;
    private final Clock clock;
    private final TreeMap<Long, Lent> lent = new TreeMap<>();
    private long next;
    private int opening;

    /** The copy of this node. */
    public interface Source {
        /**
         * Opens an export of a checkpoint at or behind an entry.
         *
         * @throws IOException where there is none yet, or the copy is being opened
         */
        Export open(long index) throws IOException;

        /** Closes it. */
        void close(Export export);

        /**
         * Returns committed bytes of the log.
         *
         * @throws IOException where this node has not all of them; the message goes to the other node
         */
        default ByteBuffer bytes(long position, int length) throws IOException {
            throw new IOException("this node gives no bytes of its log");
        }
    }

    private static final class Lent {
        private final String to;
        private final Export export;
        private long usedNanos;

        private Lent(String to, Export export, long usedNanos) {
            this.to = to;
            this.export = export;
            this.usedNanos = usedNanos;
        }
    }

    public CatchUpService(Source source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    @Override
    public ByteBuffer answer(String from, ByteBuffer request) throws IOException {
        try {
            byte kind = request.get();
            return switch (kind) {
                case CatchUpWire.OPEN -> open(from, request.getLong());
                case CatchUpWire.READ ->
                        read(request.getLong(), CatchUpWire.text(request), request.getLong(), request.getInt());
                case CatchUpWire.CLOSE -> close(request.getLong());
                case CatchUpWire.BYTES -> bytes(request.getLong(), request.getInt());
                default -> throw new IOException("this release knows no request of the kind " + kind);
            };
        } catch (BufferUnderflowException e) {
            throw new IOException("the request ends too early", e);
        }
    }

    /** Opens an export; an earlier one of the same node ends. The owner of the copy is waited for without the lock. */
    private ByteBuffer open(String from, long index) throws IOException {
        synchronized (this) {
            expire();
            end(one -> one.to.equals(from));
            if (lent.size() + opening >= OPEN_MAX) {
                throw new IOException(OPEN_MAX + " nodes are fetching from this one already. Ask another node, or later");
            }
            opening++;
        }
        Export export = null;
        long number = 0;
        try {
            export = source.open(index);
        } finally {
            synchronized (this) {
                opening--;
                if (export != null) {
                    number = ++next;
                    lent.put(number, new Lent(from, export, clock.nanos()));
                }
            }
        }
        return CatchUpWire.offer(number, export);
    }

    /** Ends exports that nobody reads. Whoever has this service calls it periodically, too. */
    public synchronized void expire() {
        end(one -> clock.nanos() - one.usedNanos > IDLE_NANOS);
    }

    /**
     * Ends the exports of a node that is gone.
     *
     * @param from its name; nothing that it asked for is under way
     */
    public synchronized void gone(String from) {
        end(one -> one.to.equals(from));
    }

    private void end(Predicate<Lent> which) {
        for (Iterator<Lent> all = lent.values().iterator(); all.hasNext();) {
            Lent one = all.next();
            if (which.test(one)) {
                all.remove();
                source.close(one.export);
            }
        }
    }

    /** Ends all exports: the copy is being opened anew. */
    public synchronized void end() {
        lent.values().forEach(one -> source.close(one.export));
        lent.clear();
    }

    private ByteBuffer read(long number, String name, long at, int length) throws IOException {
        Export export;
        synchronized (this) {
            Lent one = lent.get(number);
            if (one == null) {
                throw new IOException("there is no export " + number + " any more. Open another one");
            }
            one.usedNanos = clock.nanos();
            export = one.export;
        }
        if (length <= 0 || length > Import.PIECE_BYTES_MAX) {
            throw new IOException("a piece of " + length + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        export.read(name, at, out);
        return out.flip();
    }

    private ByteBuffer bytes(long position, int length) throws IOException {
        if (length <= 0 || length > PeerBytes.BYTES_MAX) {
            throw new IOException(length + " bytes of the log");
        }
        return CatchUpWire.bytesOf(position, source.bytes(position, length));
    }

    private synchronized ByteBuffer close(long number) {
        Lent one = lent.remove(number);
        if (one != null) {
            source.close(one.export);
        }
        return ByteBuffer.allocate(0);
    }
}
