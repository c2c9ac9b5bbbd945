package io.posthorse.example.parking.message;

import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts the message service. */
@SpringBootApplication
public class MessageApplication {

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(MessageApplication.class)
                .properties(Map.of("spring.config.name", "message"))
                .run(arguments);
    }
}
