/** The order service: places orders, confirms or cancels them, and notes that they are paid. */
package io.posthorse.example.shop.order;
