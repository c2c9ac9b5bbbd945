package io.posthorse.server.config;

/**
 * One thing in the configuration that stops the start.
 *
 * @param where source, with the line where it has lines: {@code broker.conf:12}, {@code --set}, {@code default}
 * @param key the key, as it was written
 * @param text what is wrong and what to do
 */
public record ConfigProblem(String where, String key, String text) {
    @Override
    public String toString() {
        return where + ": " + key + ": " + text;
    }
}
