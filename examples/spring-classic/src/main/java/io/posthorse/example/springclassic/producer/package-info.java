/** The producer: sends with the template and with a separate producer. */
package io.posthorse.example.springclassic.producer;
