package io.posthorse.example.registration;

import io.posthorse.example.registration.Registrations.Receipt;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The HTTP interface of the application. */
@RestController
public class RegistrationController {

    private static final int ROUNDS_MAX = 100;

    private final Registrations registrations;
    private final LivePage page;

    RegistrationController(Registrations registrations, LivePage page) {
        this.registrations = registrations;
        this.page = page;
    }

    /** Registers a user and returns the time it took. */
    @PostMapping("/register")
    Map<String, Object> register(
            @RequestParam("mode") Mode mode,
            @RequestParam("name") String name,
            @RequestParam("mail") String mail,
            @RequestParam("phone") String phone) {
        Receipt receipt = registrations.register(mode, name, mail, phone);
        return Map.of("id", receipt.id(), "mode", mode, "milliseconds", receipt.took().toMillis());
    }

    /** Registers some users in each mode and returns the median time of each mode, in milliseconds. */
    @PostMapping("/measure")
    Map<Mode, Double> measure(@RequestParam(name = "rounds", defaultValue = "10") int rounds) {
        int count = Math.clamp(rounds, 1, ROUNDS_MAX);
        String run = UUID.randomUUID().toString().substring(0, 8);
        Map<Mode, Double> medians = new EnumMap<>(Mode.class);
        for (Mode mode : Mode.values()) {
            long[] nanoseconds = new long[count];
            for (int i = 0; i < count; i++) {
                String name = mode + "-" + run + "-" + i;
                nanoseconds[i] = registrations.register(mode, name, name + "@example.org", "+" + i).took().toNanos();
            }
            Arrays.sort(nanoseconds);
            medians.put(mode, nanoseconds[count / 2] / 10_000 / 100.0);
        }
        page.show("measured", medians);
        return medians;
    }

    /** Opens the event stream of the page. */
    @GetMapping("/events")
    SseEmitter events() {
        return page.open();
    }

    @ExceptionHandler
    @ResponseStatus(HttpStatus.CONFLICT)
    Map<String, String> taken(DuplicateKeyException e) {
        return Map.of("error", "this name is taken; choose another one");
    }
}
