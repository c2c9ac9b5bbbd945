/** The protocol of ActiveMQ's clients, OpenWire: converts commands of connections to commands of the broker, and back. */
package io.posthorse.protocol.openwire;
