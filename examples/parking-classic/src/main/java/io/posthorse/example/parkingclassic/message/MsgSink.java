package io.posthorse.example.parkingclassic.message;

import org.springframework.cloud.stream.annotation.Input;
import org.springframework.messaging.SubscribableChannel;

/** A channel of the application's own, besides the one that Spring Cloud Stream calls "input". */
public interface MsgSink {

    String INPUT1 = "input1";

    @Input(INPUT1)
    SubscribableChannel myInput();
}
