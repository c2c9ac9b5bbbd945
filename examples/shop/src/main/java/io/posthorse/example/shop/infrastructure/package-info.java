/** A database server and a registry in one process, so that the shop runs without installing anything. */
package io.posthorse.example.shop.infrastructure;
