/** Ten programs, each of which shows one feature of JMS. */
package io.posthorse.example.jms;
