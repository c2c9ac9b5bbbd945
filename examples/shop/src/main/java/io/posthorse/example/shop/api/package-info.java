/** The interfaces between the services of the shop: remote calls, records, topics and the bodies of messages. */
package io.posthorse.example.shop.api;
