package io.posthorse.broker;

import io.posthorse.format.rocketmq.StoredFormat;
import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.log.LogCorruptException;
import io.posthorse.testkit.FaultyFileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Data directories with arbitrary records, opened by a broker that then works on them. {@link HostileRecords} defines the
 * input.
 */
public final class DirectoryTarget implements Target {
    private static final Pattern POSITION = Pattern.compile("set-aside (\\d+)");
    private static final FaultyFileStore BEGIN = begin();

    private static FaultyFileStore begin() {
        try {
            LivingBroker broker = new LivingBroker(HostileRecords.empty());
            broker.open();
            broker.fill();
            return broker.files.crash(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Allows for a record of some thirty bytes that creates the maximum of partitions. */
    @Override
    public long allocated(int length) {
        return (64L << 20) + (long) length / 20 * TopicSettings.PARTITIONS_MAX * 3_072;
    }

    @Override
    public void read(byte[] input) throws IOException {
        FaultyFileStore files = BEGIN.crash(false);
        int records = HostileRecords.append(files, input);
        LivingBroker broker = new LivingBroker(files);
        for (int left = records; !opens(broker); left--) {
            Require.that(left > 0, "more records refuse the start than were written");
        }
        broker.work();
        List<String> before = names(broker.broker());
        broker.close();
        broker.open();
        List<String> after = names(broker.broker());
        Require.that(before.equals(after), "a clean end changed " + before + " to " + after);
        broker.work();
        broker.kill();
        broker.open();
    }

    /** Opens a directory; where a record prevents that, sets it aside as the error says. */
    private static boolean opens(LivingBroker broker) throws IOException {
        try {
            broker.open();
            return true;
        } catch (LogCorruptException e) {
            Matcher said = POSITION.matcher(e.getMessage());
            Require.that(said.find(), "a refusal that names no record: " + e.getMessage());
            broker.kill();
            SetAside.add(broker.files, Long.parseLong(said.group(1)));
            return false;
        }
    }

    private static List<String> names(Broker broker) {
        List<String> names = new ArrayList<>();
        for (Topic topic : broker.topics()) {
            for (Partition partition : topic.partitions()) {
                names.add(topic.name() + "/" + partition.id() + " to " + broker.end(partition));
            }
        }
        broker.subscriptions().forEach(s -> names.add(s.name() + "/" + s.number()));
        names.add("prepared " + broker.preparedGroups().ids());
        return names;
    }

    /** The formats of native bytes in the directories. */
    static List<MessageFormat> formats() {
        return List.of(new StoredFormat(), new io.posthorse.protocol.openwire.StoredForm());
    }
}
