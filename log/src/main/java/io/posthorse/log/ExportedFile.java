package io.posthorse.log;

/**
 * A file of a node's copy that another node fetches.
 *
 * @param name in the data directory
 * @param bytes to fetch, from the begin of the file
 */
public record ExportedFile(String name, long bytes) {}
