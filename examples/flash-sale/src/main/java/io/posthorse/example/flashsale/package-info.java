/**
 * Sells a few items to a very large number of buyers: requests queue in the broker and are processed at the pace of the
 * database.
 */
package io.posthorse.example.flashsale;
