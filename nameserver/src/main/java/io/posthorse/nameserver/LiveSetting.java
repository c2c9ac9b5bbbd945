package io.posthorse.nameserver;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A setting of the process that may be changed while the name server runs.
 *
 * @param started value in the configuration at the start
 * @param check returns what is wrong with a value; null where it is valid
 * @param apply applies a value
 */
public record LiveSetting(String key, String started, UnaryOperator<String> check, Consumer<String> apply) {}
