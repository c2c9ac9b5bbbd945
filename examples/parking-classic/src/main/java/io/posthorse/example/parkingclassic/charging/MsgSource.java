package io.posthorse.example.parkingclassic.charging;

import org.springframework.cloud.stream.annotation.Output;
import org.springframework.messaging.MessageChannel;

/** A custom output channel, in addition to the default channel "output" of Spring Cloud Stream. */
public interface MsgSource {

    String OUTPUT = "output1";

    @Output(OUTPUT)
    MessageChannel output1();
}
