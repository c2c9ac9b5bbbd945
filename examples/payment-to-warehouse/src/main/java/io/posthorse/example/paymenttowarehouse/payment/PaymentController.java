package io.posthorse.example.paymenttowarehouse.payment;

import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The HTTP interface for a payment provider. */
@RestController
class PaymentController {
    private final Payments payments;

    PaymentController(Payments payments) {
        this.payments = payments;
    }

    /** Accepts the result of the payment of an order; it was paid if the result is "success". */
    @RequestMapping("/sendResult")
    String sendResult(
            @RequestParam("orderId") String orderId,
            @RequestParam(name = "result", defaultValue = "success") String result) {
        payments.settled(orderId, result);
        return "has been sent";
    }
}
