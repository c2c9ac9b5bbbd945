package io.posthorse.example.springclassic.consumer;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts the listeners, which keep the process running. */
@SpringBootApplication
public class ConsumerApplication {

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(ConsumerApplication.class)
                .properties("spring.config.name=consumer")
                .run(arguments);
    }
}
