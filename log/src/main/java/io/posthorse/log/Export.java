package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The checkpoint of a node's copy and the segments below it, for another node that fetches them. Their bytes do not change,
 * and none is deleted before {@link #close}. Index and key files are not part of it: the other node makes them again, in
 * the background.
 */
public final class Export {
    private final FileStore files;
    private final AgreedPoint point;
    private final List<ExportedFile> list;
    private final Runnable onClose;
    private boolean closed;

    Export(FileStore files, AgreedPoint point, List<ExportedFile> list, Runnable onClose) {
        this.files = files;
        this.point = point;
        this.list = list;
        this.onClose = onClose;
    }

    /** Returns the point of the checkpoint. */
    public AgreedPoint point() {
        return point;
    }

    public List<ExportedFile> files() {
        return list;
    }

    /**
     * Reads from a file, up to the buffer's limit. Any thread may call it before {@link #close}.
     *
     * @return the bytes read
     * @throws IOException where it is none of {@link #files}, or cannot be read
     */
    public int read(String name, long at, ByteBuffer target) throws IOException {
        ExportedFile file = list.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
        if (file == null || at < 0 || at > file.bytes()) {
            throw new IOException("no file " + name + " of this export has a byte " + at);
        }
        target.limit((int) Math.min(target.limit(), target.position() + file.bytes() - at));
        try (StoredFile open = files.openExisting(name)) {
            return open.read(at, target);
        }
    }

    /** Allows its files to be deleted again. The owner calls it. */
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }
}
