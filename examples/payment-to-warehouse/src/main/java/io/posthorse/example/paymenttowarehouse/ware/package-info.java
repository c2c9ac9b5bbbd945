/** The warehouse: what is in stock. */
package io.posthorse.example.paymenttowarehouse.ware;
