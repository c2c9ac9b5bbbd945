/** The user service: balances and points. */
package io.posthorse.example.shop.user;
