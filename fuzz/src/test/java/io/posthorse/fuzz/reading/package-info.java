/** The interface of fuzz targets, and their common code. */
package io.posthorse.fuzz.reading;
