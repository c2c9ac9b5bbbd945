package io.posthorse.nameserver;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A setting of the process that may be changed while the name server runs.
 *
 * @param started its value in the configuration
 * @param check says what is wrong with a value; null where nothing is
 * @param apply puts a value in force
 */
public record LiveSetting(String key, String started, UnaryOperator<String> check, Consumer<String> apply) {}
