/** Runs the fuzz targets, which are in the packages of the formats that they read. */
package io.posthorse.fuzz;
