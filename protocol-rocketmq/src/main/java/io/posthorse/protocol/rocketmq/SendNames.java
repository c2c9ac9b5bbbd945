package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.format.rocketmq.FieldNames;

/** The names of a send request's fields: long in request 10, one letter each in 310 and 320. */
record SendNames(
        byte[] topic,
        byte[] defaultTopic,
        byte[] defaultQueues,
        byte[] queueId,
        byte[] systemFlag,
        byte[] bornTimestamp,
        byte[] flag,
        byte[] properties,
        byte[] reconsumeTimes,
        byte[] maxReconsumeTimes,
        byte[] batch) {

    private static final SendNames LONG = new SendNames(
            FieldNames.TOPIC, FieldNames.DEFAULT_TOPIC, FieldNames.DEFAULT_TOPIC_QUEUES, FieldNames.QUEUE_ID,
            FieldNames.SYSTEM_FLAG,
            FieldNames.BORN_TIMESTAMP, FieldNames.FLAG, FieldNames.PROPERTIES, FieldNames.RECONSUME_TIMES,
            FieldNames.MAX_RECONSUME_TIMES,
            FieldNames.BATCH);
    private static final SendNames SHORT = new SendNames(
            letter('b'), letter('c'), letter('d'), letter('e'), letter('f'), letter('g'), letter('h'), letter('i'),
            letter('j'), letter('l'), letter('m'));

    private static byte[] letter(char c) {
        return new byte[] {(byte) c};
    }

    static SendNames of(int requestCode) {
        return requestCode == RequestCode.SEND_MESSAGE ? LONG : SHORT;
    }
}
