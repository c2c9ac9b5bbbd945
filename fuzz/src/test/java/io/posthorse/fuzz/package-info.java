/** Runs the fuzz targets, which stand in the packages of what they read. */
package io.posthorse.fuzz;
