package io.posthorse.example.shop.pay;

import io.posthorse.example.shop.api.Code;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The HTTP interface of payments. A real callback would verify the provider's signature first. */
@RestController
public class PayController {

    private final Payments payments;

    PayController(Payments payments) {
        this.payments = payments;
    }

    /** Begins the payment of an order. */
    @PostMapping("/payments")
    ResponseEntity<Payments.Begun> begin(@RequestParam("order") long orderId) {
        Payments.Begun begun = payments.begin(orderId);
        return ResponseEntity.status(status(begun.code())).body(begun);
    }

    /** Handles the callback of the payment provider, which repeats it until it receives 200. */
    @PostMapping("/payments/{id}/callback")
    ResponseEntity<Code> callback(@PathVariable("id") long payId, @RequestParam("cents") long cents) {
        Code code = payments.callback(payId, cents);
        return ResponseEntity.status(status(code)).body(code);
    }

    private static HttpStatus status(Code code) {
        return code == Code.OK ? HttpStatus.OK : HttpStatus.CONFLICT;
    }
}
