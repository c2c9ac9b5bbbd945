/** OpenWire, the protocol of ActiveMQ's clients: commands of a connection to commands of the broker, and back. */
package io.posthorse.protocol.openwire;
