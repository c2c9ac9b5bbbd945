/** What the services of the shop say to each other: calls, records, topics and the bodies of messages. */
package io.posthorse.example.shop.api;
