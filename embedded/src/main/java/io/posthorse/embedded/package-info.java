/**
 * A broker inside a JVM. The server and its libraries have a class loader of their own, so that they do not interfere with
 * an application's libraries, such as another Netty or another ActiveMQ client.
 */
package io.posthorse.embedded;
