package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import io.posthorse.log.Section;
import io.posthorse.log.SectionBuffer;
import io.posthorse.log.Store;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * The state machine of the log: {@link #record} is called for each record, when it is written and when it is replayed, and
 * nothing else changes the state.
 */
final class StateMachine implements Store.State {
    private final State state;
    private final MessageFormat[] formats;
    /** Positions of records that an operator has set aside. */
    private final Set<Long> aside;

    StateMachine(State state, MessageFormat[] formats, Set<Long> aside) {
        this.state = state;
        this.formats = formats;
        this.aside = aside;
    }

    /** Returns the positions of skipped records. */
    Set<Long> aside() {
        return aside;
    }

    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
        MessageFormat format = formats[bytes.get(at + RecordFormat.FORMAT) & 0x7F];
        if (format == null || length < RecordFormat.NATIVE) {
            return;
        }
        try {
            format.keys(bytes, at + RecordFormat.NATIVE, length - RecordFormat.NATIVE, sink);
        } catch (RuntimeException | StackOverflowError e) {
            // its checksum is right, but it is malformed in its format: it is found by offset only
        }
    }

    @Override
    public void restore(ByteBuffer snapshot) {
        new WholeState(state).restore(snapshot);
    }

    @Override
    public void restore(Section section) {
        StateSections.restore(state, section);
    }

    @Override
    public void restored() {
        state.unconfirmed.clear();
        state.postponed.timed.restored();
        state.changed.clear();
    }

    @Override
    public void beginFreeze(SectionBuffer out) {
        StateSections.begin(state, out);
    }

    @Override
    public void changeAll() {
        state.topics.values().forEach(state.changed::touch);
        state.subscriptions.all().forEach(subscription -> {
            state.changed.touch(subscription);
            subscription.places().forEach(state.changed::touch);
        });
        state.preparedGroups.keySet().forEach(state.changedGroups::touch);
        state.tables.changeAll();
        state.postponed.timed.changeAll();
        state.postponed.prepared.changeAll();
    }

    @Override
    public boolean freeze() {
        return state.changed.step();
    }

    @Override
    public ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer) {
        return kind == TimedMessageSections.KIND ? TimedMessageSections.combine(older, newer) : newer;
    }

    /** Returns all of the state, with equal bytes for equal states. */
    ByteBuffer snapshot() {
        return StateSections.all(state);
    }

    @Override
    public void damaged() {
        state.noteDamage();
    }

    @Override
    public boolean rotten(ByteBuffer bytes, int at, boolean placed) {
        Partition partition = state.partition(bytes.getInt(at + RecordFormat.PARTITION));
        long offset = bytes.getLong(at + RecordFormat.OFFSET);
        boolean isNext = partition != null && offset == partition.index.next();
        if (isNext) { // whatever else is wrong with it, this is no coincidence
            state.changed.touch(partition.topic());
            state.index.jump(partition.index, 1);
            return true;
        }
        byte type = bytes.get(at + RecordFormat.TYPE);
        boolean isKnown = partition != null && offset >= 0 && offset < partition.index.next();
        boolean isCarried = type == RecordFormat.TYPE_MESSAGE
                && bytes.get(at + RecordFormat.LINK) == RecordFormat.LINK_CARRIED;
        boolean isEvent = placed && type >= Event.TopicChanged.TYPE && type <= Event.TableChanged.TYPE;
        return isKnown && isCarried || isEvent;
    }

    /** @throws PoisonedRecordException where the record has a valid checksum and impossible contents */
    @Override
    public void record(ByteBuffer bytes, int at, long position, int length) {
        byte type = bytes.get(at + RecordFormat.TYPE);
        state.noteTime(bytes.getLong(at + RecordFormat.TIME));
        if (!aside.isEmpty() && aside.contains(position)) {
            state.noteDamage();
            rotten(bytes, at, true); // the offset of a message stays used
            return;
        }
        try {
            if (type == RecordFormat.TYPE_MESSAGE) {
                state.applyMessage(bytes, at, position, length, formats);
                return;
            }
            Event event = EventReader.read(type, bytes.duplicate().limit(at + length).position(at + RecordFormat.PAYLOAD));
            if (event == null) {
                throw PoisonedRecordException.unknown(type, position);
            }
            state.apply(event, position);
        } catch (MalformedEventException e) {
            if (!OverlongNames.mend(state, bytes, at, length)) {
                throw new PoisonedRecordException(type, position, e);
            }
        }
    }
}
