package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.MessageFormat;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.nio.ByteBuffer;

/** RocketMQ's stored message as a format of native bytes. */
public final class StoredFormat implements MessageFormat {
    public static final byte ID = 1;

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {
        bytes.putLong(at + StoredMessage.QUEUE_OFFSET, offset);
        bytes.putLong(at + StoredMessage.PHYSICAL_OFFSET, position);
        int systemFlag = bytes.getInt(at + StoredMessage.SYSTEM_FLAG);
        bytes.putLong(at + StoredMessage.storeTimestamp(systemFlag), timeMs);
        int prepared = at + StoredMessage.preparedPosition(systemFlag);
        if ((systemFlag & StoredMessage.FLAG_TRANSACTION) == StoredMessage.FLAG_COMMITTED && bytes.getLong(prepared) == 0) {
            bytes.putLong(prepared, position); // it is stored as consumers get it: once committed, it is only moved
        }
    }
}
