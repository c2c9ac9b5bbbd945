package io.posthorse.example.parkingclassic.message;

import org.springframework.cloud.stream.annotation.Input;
import org.springframework.messaging.SubscribableChannel;

/** A custom input channel, in addition to the default channel "input" of Spring Cloud Stream. */
public interface MsgSink {

    String INPUT1 = "input1";

    @Input(INPUT1)
    SubscribableChannel myInput();
}
