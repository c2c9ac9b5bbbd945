package io.posthorse.example.shop.common;

import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts a service with the settings from {@code shop.yml} and from a file with the service's name. */
public final class ShopService {

    private ShopService() {
    }

    /** Starts the service with the given name. */
    public static void start(String name, Class<?> application, String[] arguments) {
        new SpringApplicationBuilder(application)
                .properties(Map.of("spring.config.name", "shop," + name, "spring.application.name", name))
                .run(arguments);
    }
}
