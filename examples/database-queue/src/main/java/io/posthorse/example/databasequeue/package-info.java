/** Orders handed from one program to others: by a table that is polled, and by the broker. */
package io.posthorse.example.databasequeue;
