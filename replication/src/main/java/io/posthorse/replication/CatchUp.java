package io.posthorse.replication;

import io.posthorse.log.AgreedPoint;
import io.posthorse.log.ExportedFile;
import io.posthorse.log.Import;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The side of a catch-up that lacks something: fetches another node's checkpoint and the segments that this node does not
 * have. What has come stays, so another attempt, from whatever node, goes on with it.
 */
public final class CatchUp {
    /** Limit of each answer: the other machine may have gone without a word. */
    private static final long ANSWER_MS = 20_000;

    private CatchUp() {}

    /**
     * Fetches, and puts what was fetched in the place of this node's copy, which must not be open.
     *
     * @param from the node that has everything
     * @param index of the first entry that the engine can still deliver
     * @param keptBelow position below which this node's segments are the same as everybody's; 0 where it has diverged
     * @return the point of the fetched checkpoint
     * @throws IOException where the other node or the disk fails; the copy is as before then
     */
    public static AgreedPoint fetch(Peers peers, Member from, FileStore files, long index, long keptBelow)
            throws IOException {
        CatchUpWire.Offer offer = CatchUpWire.offer(ask(peers, from, CatchUpWire.open(index)));
        if (offer.point().index() < index) {
            throw new IOException("Node " + from.name() + " offers a checkpoint at entry " + offer.point().index()
                    + ", before entry " + index);
        }
        try {
            fetch(peers, from, offer, Import.begin(files, offer.files(), keptBelow));
        } finally {
            peers.ask(from, CatchUpWire.close(offer.number()));
        }
        return offer.point();
    }

    private static void fetch(Peers peers, Member from, CatchUpWire.Offer offer, Import fetching) throws IOException {
        for (ExportedFile file : fetching.wanted()) {
            while (fetching.has(file) < file.bytes()) {
                long at = fetching.has(file);
                int length = (int) Math.min(Import.PIECE_BYTES_MAX, file.bytes() - at);
                ByteBuffer piece = ask(peers, from, CatchUpWire.read(offer.number(), file.name(), at, length));
                if (piece.remaining() != length) {
                    throw new IOException("Node " + from.name() + " has sent " + piece.remaining() + " bytes of "
                            + file.name() + " instead of " + length);
                }
                fetching.write(file, at, piece);
            }
        }
        fetching.complete();
    }

    private static ByteBuffer ask(Peers peers, Member from, ByteBuffer request) throws IOException {
        try {
            return peers.ask(from, request).get(ANSWER_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("Node " + from.name() + " has not answered for " + ANSWER_MS / 1_000 + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
