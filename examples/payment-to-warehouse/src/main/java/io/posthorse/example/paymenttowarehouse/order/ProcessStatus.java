package io.posthorse.example.paymenttowarehouse.order;

/** How far an order is. */
public enum ProcessStatus {
    /** Placed; waits for money. */
    UNPAID,
    /** Paid; the warehouse does not know yet. */
    PAID,
    /** The warehouse was told. */
    NOTIFIED_WARE,
    /** Taken from stock. The end, as far as this example goes. */
    WAITING_DELEVER,
    /** Not enough in stock: somebody has to look. */
    STOCK_EXCEPTION,
    /** The payment failed. */
    PAY_FAIL,
    /** Nobody paid in time. */
    CANCELLED,
    /** Paid after it was cancelled: the money goes back. */
    TO_REFUND
}
