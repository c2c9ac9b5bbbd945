package io.posthorse.example.parkingclassic.charging;

import org.springframework.cloud.stream.annotation.Output;
import org.springframework.messaging.MessageChannel;

/** A channel of the application's own, besides the one that Spring Cloud Stream calls "output". */
public interface MsgSource {

    String OUTPUT = "output1";

    @Output(OUTPUT)
    MessageChannel output1();
}
