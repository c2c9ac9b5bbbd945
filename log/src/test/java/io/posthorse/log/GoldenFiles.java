package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The golden files: one of each kind that the log writes. Run {@link #main} with the directory of the golden files to
 * write them anew after a deliberate change of format, and raise the version of what changed.
 */
final class GoldenFiles {
    private GoldenFiles() {}

    public static void main(String[] arguments) throws IOException {
        for (Map.Entry<String, byte[]> file : written().entrySet()) {
            Files.write(Path.of(arguments[0], file.getKey()), file.getValue());
        }
    }

    /** What the code of today writes, by golden file name. */
    static Map<String, byte[]> written() throws IOException {
        LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(0)), LogWorld.SYNC);
        world.timeMs = 1_700_000_000_000L;
        world.turn(0, "first");
        world.background.drain();
        world.append(1, "one of two", true);
        world.append(2, "two of two", false);
        world.log().write();
        world.background.drain();
        long tail = world.log().tail();
        world.close();
        Map<String, byte[]> golden = new TreeMap<>();
        golden.put("segment.bin", Arrays.copyOf(bytes(world.files.crash(false), Segment.name(0)), (int) tail));
        FaultyFileStore files = world.files.crash(false);
        golden.put("index.bin", bytes(files, IndexFile.name(0, tail, false)));
        FrozenEntries moved = new FrozenEntries(List.of(), List.of(new RelocatedRecord(5, 77, 1_064, 10, -3)));
        golden.put("index-relocated.bin", IndexFile.encode(1_000, 2_000, moved).array());
        golden.put("checkpoint.bin", bytes(files, CheckpointPart.name(0, tail)));
        golden.put("keys.bin", bytes(files, KeyFile.name(64, tail)));
        golden.put("durable.bin", bytes(files, "durable"));
        groups(golden);
        return golden;
    }

    static byte[] bytes(FileStore files, String name) throws IOException {
        try (StoredFile file = files.open(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.array();
        }
    }

    /** A batch of a group's leader, and a checkpoint behind it. */
    private static void groups(Map<String, byte[]> golden) throws IOException {
        LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(0)), LogWorld.ASYNC.agreed());
        world.timeMs = 1_700_000_000_000L;
        world.log().lead(7);
        world.turn(0, "agreed");
        Batch batch = world.log().nextProposal();
        byte[] bytes = new byte[batch.bytes().remaining()];
        batch.bytes().get(bytes);
        golden.put("batch.bin", bytes);
        world.store.agreed(7, 41, batch);
        world.checkpoint();
        String name = world.files.list().stream().filter(CheckpointPart::isName).findFirst().orElseThrow();
        golden.put("group-checkpoint.bin", bytes(world.files, name));
    }
}
