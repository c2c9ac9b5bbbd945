package io.posthorse.example.parking.charging;

import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts the charging service. */
@SpringBootApplication
public class ChargingApplication {

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(ChargingApplication.class)
                .properties(Map.of("spring.config.name", "charging"))
                .run(arguments);
    }
}
