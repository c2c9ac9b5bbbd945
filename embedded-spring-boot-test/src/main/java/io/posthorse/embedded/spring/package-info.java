/** An embedded broker for the application context of a Spring test. */
package io.posthorse.embedded.spring;
