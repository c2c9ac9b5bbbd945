package io.posthorse.example.paymenttowarehouse.jms;

/** The queues between the parts of the application. */
public final class Queues {
    /** From payment to orders: a map of orderId and result. */
    public static final String PAYMENT_RESULT = "PAYMENT_RESULT_QUEUE";
    /** From orders to the warehouse: the order as JSON. */
    public static final String ORDER_RESULT = "ORDER_RESULT_QUEUE";
    /** From the warehouse to orders: a map of orderId and status. */
    public static final String SKU_DEDUCT = "SKU_DEDUCT_QUEUE";
    /** From orders to themselves, for the end of the time to pay: the order's id. */
    public static final String ORDER_TIMEOUT = "ORDER_TIMEOUT_QUEUE";

    private Queues() {}
}
