/**
 * A broker inside a JVM. The server and its libraries are in a class path of their own, so that whatever an application
 * brings along (another Netty, another ActiveMQ client) stays what it is.
 */
package io.posthorse.embedded;
