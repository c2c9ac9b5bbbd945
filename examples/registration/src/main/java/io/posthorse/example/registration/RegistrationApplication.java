package io.posthorse.example.registration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the registration example. */
@SpringBootApplication
public class RegistrationApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(RegistrationApplication.class, arguments);
    }
}
