package io.posthorse.example.parkingclassic.message;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.stream.annotation.StreamListener;
import org.springframework.cloud.stream.messaging.Sink;
import org.springframework.stereotype.Service;

/** Logs received messages. A real service would call a provider of push or text messages here. */
@Service
public class ConsumerReceive {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerReceive.class);

    @StreamListener(Sink.INPUT)
    public void receiveInput(String json) {
        LOG.info("Receive input msg = {} by RocketMQ...", json);
    }

    @StreamListener(MsgSink.INPUT1)
    public void receiveOwn(String json) {
        LOG.info("Receive input1 msg = {} by RocketMQ...", json);
    }
}
