package io.posthorse.example.paymenttowarehouse;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Payment, orders and warehouse in one process, so that a kill affects all of them. */
@SpringBootApplication
@EnableScheduling
public class PaymentToWarehouseApplication {
    /** Starts the application. */
    public static void main(String[] args) {
        SpringApplication.run(PaymentToWarehouseApplication.class, args);
    }
}
