package io.posthorse.codec.rocketmq;

import java.nio.ByteBuffer;

/**
 * The layout of a message as clients receive it and as this broker stores it: one format for log and wire. Big-endian.
 *
 * <pre>
 *   0  i32  total size            40  i64  born timestamp ms
 *   4  i32  magic                 48  8 or 20  born host: address, i32 port
 *   8  i32  CRC32 of the body     ..  i64  store timestamp ms
 *  12  i32  queue id              ..  8 or 20  store host
 *  16  i32  flag of the user      ..  i32  reconsume times
 *  20  i64  queue offset          ..  i64  prepared transaction offset
 *  28  i64  physical offset       ..  i32 + body
 *  36  i32  system flag           ..  u8 + topic
 *                                 ..  u16 + properties
 * </pre>
 *
 * Hosts are 8 bytes with an IPv4 address, 20 with an IPv6 one; bits of the system flag say which.
 */
public final class StoredMessage {
    public static final int TOTAL_SIZE = 0;
    public static final int MAGIC = 4;
    public static final int BODY_CRC = 8;
    public static final int QUEUE_ID = 12;
    public static final int FLAG = 16;
    public static final int QUEUE_OFFSET = 20;
    public static final int PHYSICAL_OFFSET = 28;
    public static final int SYSTEM_FLAG = 36;
    public static final int BORN_TIMESTAMP = 40;
    public static final int BORN_HOST = 48;

    public static final int MAGIC_VALUE = 0xDAA320A7;

    public static final int FLAG_COMPRESSED = 1;
    public static final int FLAG_MULTI_TAGS = 1 << 1;
    public static final int FLAG_TRANSACTION = 3 << 2;
    /** Value of the bits {@link #FLAG_TRANSACTION} for a committed transaction. */
    public static final int FLAG_COMMITTED = 2 << 2;
    public static final int FLAG_BORN_HOST_V6 = 1 << 4;
    public static final int FLAG_STORE_HOST_V6 = 1 << 5;

    /** Maximum length of a topic that clients of all versions can read. */
    public static final int TOPIC_MAX = 127;

    public static final int PROPERTIES_MAX = 32_767;

    private StoredMessage() {}

    /** Returns the length of the born host in bytes. */
    public static int bornHostLength(int systemFlag) {
        return (systemFlag & FLAG_BORN_HOST_V6) == 0 ? 8 : 20;
    }

    /** Returns the length of the store host in bytes. */
    public static int storeHostLength(int systemFlag) {
        return (systemFlag & FLAG_STORE_HOST_V6) == 0 ? 8 : 20;
    }

    /** Returns the index of the store timestamp. */
    public static int storeTimestamp(int systemFlag) {
        return BORN_HOST + bornHostLength(systemFlag);
    }

    /** Returns the index of the reconsume times. */
    public static int reconsumeTimes(int systemFlag) {
        return storeTimestamp(systemFlag) + 8 + storeHostLength(systemFlag);
    }

    /** Returns the index of the position that the message had while it was prepared. */
    public static int preparedPosition(int systemFlag) {
        return reconsumeTimes(systemFlag) + 4;
    }

    /** Returns the index of the length of the body. */
    public static int bodyLength(int systemFlag) {
        return reconsumeTimes(systemFlag) + 4 + 8;
    }

    /**
     * Returns the index of the length of the properties, counted from the buffer's beginning.
     *
     * @param at index of the message
     * @param size size of the message
     * @return -1 where the lengths are inconsistent
     */
    public static int propertiesLength(ByteBuffer bytes, int at, int size) {
        if (size < BORN_HOST) {
            return -1;
        }
        int end = at + size;
        int body = at + bodyLength(bytes.getInt(at + SYSTEM_FLAG));
        if (body > end - 4) {
            return -1;
        }
        long topic = body + 4L + bytes.getInt(body);
        if (topic < body + 4 || topic >= end) {
            return -1;
        }
        int properties = (int) topic + 1 + (bytes.get((int) topic) & 0xFF);
        return properties <= end - 2 && properties + 2 + (bytes.getShort(properties) & 0xFFFF) <= end ? properties : -1;
    }

    /** Returns the total size of a message. */
    public static int size(int systemFlag, int body, int topic, int properties) {
        return bodyLength(systemFlag) + 4 + body + 1 + topic + 2 + properties;
    }
}
