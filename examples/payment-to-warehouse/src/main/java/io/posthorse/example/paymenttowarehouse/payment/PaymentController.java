package io.posthorse.example.paymenttowarehouse.payment;

import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What a payment provider calls. */
@RestController
class PaymentController {
    private final Payments payments;

    PaymentController(Payments payments) {
        this.payments = payments;
    }

    /** An order was paid, or was not where the result is not "success". */
    @RequestMapping("/sendResult")
    String sendResult(
            @RequestParam("orderId") String orderId,
            @RequestParam(name = "result", defaultValue = "success") String result) {
        payments.settled(orderId, result);
        return "has been sent";
    }
}
