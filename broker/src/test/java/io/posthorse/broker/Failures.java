package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.testkit.SeededEntropy;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * Failures of code that is not the broker's: in some lives formats fail over some messages for a while, and whoever is
 * woken, answered or asked fails now and then. The broker tells of each that nobody else gets to see, and of no other.
 */
final class Failures {
    private static final int KINDS_OF_MESSAGES = 8;
    /** Where native bytes name the partition that they are meant for. */
    private static final int TARGET = 32;

    private final SeededEntropy entropy;
    private final boolean some;
    private Part failing;
    private int over;
    /** What has failed so far of messages, by their ids. */
    private final Map<Long, EnumSet<Part>> failed = new HashMap<>();
    /** Thrown by something that the broker has called for itself, and not told of yet. */
    private final Set<Throwable> untold = Collections.newSetFromMap(new IdentityHashMap<>());

    /** A part of a message, or of its format, that can fail. */
    enum Part {
        STAMP,
        RESTAMP,
        KEYS,
        WRITE,
        SHORT_WRITE,
        KEY
    }

    /** A failure that a world has planned. */
    private static final class Planned extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Planned() {
            super("simulated: not the broker's fault");
        }
    }

    /** Planned as well; its kind is met where parts of messages lie in each other. */
    private static final class PlannedOverflow extends StackOverflowError {
        private static final long serialVersionUID = 1;
    }

    Failures(SeededEntropy entropy) {
        this.entropy = entropy;
        this.some = entropy.percent(40);
    }

    /** Whether anything fails in this life. */
    boolean some() {
        return some;
    }

    /** Something else fails from now on, or nothing. */
    void change() {
        if (some) {
            Part[] parts = Part.values();
            int part = entropy.below(parts.length + 1);
            failing = part == parts.length ? null : parts[part];
            over = entropy.below(KINDS_OF_MESSAGES);
        }
    }

    /** From now on messages and formats do not fail. */
    void end() {
        failing = null;
    }

    /** Whether something was tried with a message that failed. */
    boolean has(long messageId, Part part) {
        return failed.containsKey(messageId) && failed.get(messageId).contains(part);
    }

    private void perhaps(Part part, long messageId) {
        if (failing == part && messageId % KINDS_OF_MESSAGES == over) {
            failed.computeIfAbsent(messageId, id -> EnumSet.noneOf(Part.class)).add(part);
            if (messageId / KINDS_OF_MESSAGES % 2 == 0) {
                throw new Planned();
            }
            throw new PlannedOverflow();
        }
    }

    /** Called by what the broker calls for itself: fails now and then, and then has to be told of. */
    void perhaps() {
        if (some && entropy.percent(5)) {
            Planned failure = new Planned();
            untold.add(failure);
            throw failure;
        }
    }

    /** The broker tells of a failure. */
    void told(String what, Throwable cause) {
        String why = String.valueOf(cause.getMessage());
        boolean isRot = what.contains("the prepared group") || why.contains("is damaged on the disk of this node")
                || why.contains("delivers the message damaged");
        if (!isRot && !isPlanned(cause)) {
            throw new AssertionError("the broker itself does not fail: " + what, cause);
        }
        untold.remove(cause);
    }

    void requireTold() {
        require(untold.isEmpty(), "failures are told");
    }

    /** What a client gets to see is its own fault. */
    void requirePlanned(Throwable failure) {
        if (!isPlanned(failure)) {
            throw new AssertionError("a command does not fail: " + failure, failure);
        }
    }

    private static boolean isPlanned(Throwable cause) {
        boolean isShort = cause instanceof IllegalStateException && cause.getMessage().contains("less than it announced");
        return cause instanceof Planned || cause instanceof PlannedOverflow || isShort;
    }

    /** The message as its client hands it over. */
    Message message(TestFormat.Sent sent) {
        return some ? new Handed(sent) : sent;
    }

    private final class Handed implements Message {
        private final TestFormat.Sent sent;

        Handed(TestFormat.Sent sent) {
            this.sent = sent;
        }

        @Override
        public int length() {
            return sent.length();
        }

        @Override
        public int tag() {
            return sent.tag();
        }

        @Override
        public byte format() {
            return sent.format();
        }

        @Override
        public int keys() {
            return sent.keys();
        }

        @Override
        public int key(int i) {
            perhaps(Part.KEY, sent.messageId());
            return sent.key(i);
        }

        @Override
        public void write(ByteBuffer out) {
            perhaps(Part.WRITE, sent.messageId());
            boolean isShort = failing == Part.SHORT_WRITE && sent.messageId() % KINDS_OF_MESSAGES == over;
            int end = out.position() + sent.length() - 1;
            sent.write(out);
            out.position(isShort ? end : end + 1);
        }
    }

    /**
     * The format of the world's messages.
     *
     * @param names tells of partitions by their numbers
     */
    MessageFormat format(IntFunction<Model.Name> names) {
        return new TestFormat() {
            @Override
            public String topic(ByteBuffer bytes, int at, int length) {
                Model.Name name = names.apply(bytes.getInt(at + TARGET));
                return name == null ? null : name.topic();
            }

            @Override
            public int partition(ByteBuffer bytes, int at, int length) {
                return names.apply(bytes.getInt(at + TARGET)).number();
            }

            @Override
            public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {
                perhaps(Part.STAMP, bytes.getLong(at));
                super.stamp(bytes, at, offset, position, timeMs);
            }

            @Override
            public void restamp(ByteBuffer bytes, int at, long position) {
                perhaps(Part.RESTAMP, bytes.getLong(at));
                super.restamp(bytes, at, position);
            }

            @Override
            public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
                perhaps(Part.KEYS, bytes.getLong(at));
                super.keys(bytes, at, length, sink);
            }
        };
    }
}
