/** A database server and a registry in one process, so that the shop runs without further installation. */
package io.posthorse.example.shop.infrastructure;
