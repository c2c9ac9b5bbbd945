/** The listeners, one class for each kind. */
package io.posthorse.example.springclassic.consumer;
