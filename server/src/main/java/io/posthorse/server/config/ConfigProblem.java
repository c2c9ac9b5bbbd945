package io.posthorse.server.config;

/**
 * A problem in the configuration that prevents the start.
 *
 * @param where source, with the line where it has lines: {@code broker.conf:12}, {@code --set}, {@code default}
 * @param key key as it was written
 * @param text description of the problem, and what to do
 */
public record ConfigProblem(String where, String key, String text) {
    @Override
    public String toString() {
        return where + ": " + key + ": " + text;
    }
}
