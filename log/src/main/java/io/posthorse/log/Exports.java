package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The exports of a store that are open: while there are some, no file goes that one of them may need. */
final class Exports {
    private final FileStore files;
    private final Log log;
    private final Index index;
    private final Checkpoints checkpoints;
    private int open;

    Exports(FileStore files, Log log, Index index, Checkpoints checkpoints) {
        this.files = files;
        this.log = log;
        this.index = index;
        this.checkpoints = checkpoints;
    }

    boolean areOpen() {
        return open > 0;
    }

    /** Opens an export of the newest checkpoint; returns null where there is none. */
    Export open() throws IOException {
        if (checkpoints.position() == 0) {
            return null;
        }
        AgreedPoint point = log.group() != null ? checkpoints.agreed() : AgreedPoint.ofPosition(checkpoints.position());
        Export export = new Export(files, point, list(checkpoints.export(), point), this::closed);
        open++;
        return export;
    }

    private void closed() {
        open--;
        checkpoints.exported();
    }

    private List<ExportedFile> list(List<CheckpointPart> parts, AgreedPoint point) throws IOException {
        List<ExportedFile> list = new ArrayList<>();
        for (CheckpointPart part : parts) {
            list.add(new ExportedFile(part.name(), part.bytes() + CheckpointFile.HEADER));
        }
        for (Segment segment : log.view().segments()) {
            if (segment.base < point.position() && !index.gone().covers(segment.base, segment.end())) {
                String name = Segment.name(segment.base);
                long bytes = Math.min(segment.size, point.position() - segment.base);
                try (StoredFile file = files.openExisting(name)) {
                    list.add(new ExportedFile(name, Math.min(bytes, file.size()))); // a clean end has cut it
                }
            }
        }
        return List.copyOf(list);
    }
}
