/** Sells a few items to very many buyers: requests queue in the broker and are worked off at the pace of the database. */
package io.posthorse.example.flashsale;
