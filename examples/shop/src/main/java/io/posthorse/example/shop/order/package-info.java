/** The order service: places orders, confirms or cancels them, and marks them as paid. */
package io.posthorse.example.shop.order;
