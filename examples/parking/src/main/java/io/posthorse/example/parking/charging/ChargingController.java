package io.posthorse.example.parking.charging;

import io.posthorse.example.parking.FeeNotice;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The HTTP interface called by the gate when a car leaves. */
@RestController
public class ChargingController {

    /** The binding in {@code charging.yml}. */
    private static final String OUTPUT = "notices-out-0";

    private final StreamBridge bridge;
    private final Map<String, Long> numbers = new ConcurrentHashMap<>();

    ChargingController(StreamBridge bridge) {
        this.bridge = bridge;
    }

    /** Charges a car that leaves and sends the notice. The notices of a car are in the order of the calls. */
    @PostMapping("/exit/{plate}")
    FeeNotice exit(
            @PathVariable("plate") String plate,
            @RequestParam("minutes") long minutes,
            @RequestParam(name = "monthly", defaultValue = "false") boolean monthly) {
        long cents = Fees.of(minutes, monthly);
        String text = monthly ? "monthly card, nothing to pay" : "charged %d.%02d".formatted(cents / 100, cents % 100);
        FeeNotice notice = new FeeNotice(plate, numbers.merge(plate, 1L, Long::sum), cents, text);
        boolean sent = bridge.send(OUTPUT,
                MessageBuilder.withPayload(notice).setHeader(QueueOfPlate.HEADER, plate).build());
        if (!sent) {
            throw new IllegalStateException("the notice for " + plate + " could not be sent; the fee is charged");
        }
        return notice;
    }
}
