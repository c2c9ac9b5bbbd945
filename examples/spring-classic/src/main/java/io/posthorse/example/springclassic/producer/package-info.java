/** The sender: once by the template, once by a producer of one's own. */
package io.posthorse.example.springclassic.producer;
