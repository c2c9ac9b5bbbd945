package io.posthorse.example.springclassic.producer;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Sends once in each way and exits. */
@SpringBootApplication
public class ProducerApplication {

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(ProducerApplication.class)
                .properties("spring.config.name=producer")
                .run(arguments)
                .close();
    }
}
