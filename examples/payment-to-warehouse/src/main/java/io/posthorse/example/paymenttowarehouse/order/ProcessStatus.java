package io.posthorse.example.paymenttowarehouse.order;

/** The state of an order. */
public enum ProcessStatus {
    /** Placed; waits for the payment. */
    UNPAID,
    /** Paid; the warehouse is not notified yet. */
    PAID,
    /** The warehouse is notified. */
    NOTIFIED_WARE,
    /** Taken from stock. This is the final state in this example. */
    WAITING_DELEVER,
    /** Not enough stock: the order needs manual intervention. */
    STOCK_EXCEPTION,
    /** The payment failed. */
    PAY_FAIL,
    /** Not paid in time. */
    CANCELLED,
    /** Paid after the cancellation: the payment is to be refunded. */
    TO_REFUND
}
