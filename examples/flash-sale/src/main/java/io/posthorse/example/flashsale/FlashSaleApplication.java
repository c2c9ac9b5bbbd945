package io.posthorse.example.flashsale;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the flash sale. */
@SpringBootApplication
@EnableScheduling
public class FlashSaleApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(FlashSaleApplication.class, arguments);
    }
}
