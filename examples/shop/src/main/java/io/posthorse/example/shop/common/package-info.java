/** What every service needs: the table of messages to send, the table of messages consumed, numbers, steps. */
package io.posthorse.example.shop.common;
