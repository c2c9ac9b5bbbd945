package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.format.rocketmq.Fields;

/** Names of a send request's fields: long in request 10, one letter each in 310 and 320. */
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
            Fields.TOPIC, Fields.DEFAULT_TOPIC, Fields.DEFAULT_TOPIC_QUEUES, Fields.QUEUE_ID, Fields.SYSTEM_FLAG,
            Fields.BORN_TIMESTAMP, Fields.FLAG, Fields.PROPERTIES, Fields.RECONSUME_TIMES, Fields.MAX_RECONSUME_TIMES,
            Fields.BATCH);
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
