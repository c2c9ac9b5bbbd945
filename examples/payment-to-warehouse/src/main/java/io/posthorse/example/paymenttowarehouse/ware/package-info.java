/** The warehouse: the stock. */
package io.posthorse.example.paymenttowarehouse.ware;
