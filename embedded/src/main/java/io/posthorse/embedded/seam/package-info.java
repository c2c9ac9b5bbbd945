/** What both sides of the class loader know: two interfaces that speak in classes of the JDK. */
package io.posthorse.embedded.seam;
