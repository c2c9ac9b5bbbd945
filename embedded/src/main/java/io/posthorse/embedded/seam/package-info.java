/** The interfaces that both sides of the class loader share; they use only classes of the JDK. */
package io.posthorse.embedded.seam;
