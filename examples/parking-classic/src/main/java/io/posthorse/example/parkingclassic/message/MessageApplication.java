package io.posthorse.example.parkingclassic.message;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.stream.annotation.EnableBinding;
import org.springframework.cloud.stream.messaging.Sink;

/** Starts the message service. */
@SpringBootApplication
@EnableBinding({Sink.class, MsgSink.class})
public class MessageApplication {

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(MessageApplication.class)
                .properties("spring.config.name=message")
                .run(arguments);
    }
}
