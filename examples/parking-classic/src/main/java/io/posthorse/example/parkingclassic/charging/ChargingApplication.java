package io.posthorse.example.parkingclassic.charging;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.stream.annotation.EnableBinding;
import org.springframework.cloud.stream.messaging.Source;

/** Starts the charging service. */
@SpringBootApplication
@EnableBinding({Source.class, MsgSource.class})
public class ChargingApplication {

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(ChargingApplication.class)
                .properties("spring.config.name=charging")
                .run(arguments);
    }
}
