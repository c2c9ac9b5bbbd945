/** Handing over orders from one program to others: with a polled table and with the broker. */
package io.posthorse.example.databasequeue;
