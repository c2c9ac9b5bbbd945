package io.posthorse.server.config;

import java.util.List;

/**
 * A declared setting.
 *
 * @param section heading of its documentation
 * @param name name of the key
 * @param aliases other spellings of the key
 * @param kind type and limits of its value
 * @param defaultText default value as text; empty where there is none
 * @param unit unit of its value, empty where it has none
 * @param sentence description of the setting
 * @param live whether it may be changed while the server runs
 */
record Setting<T>(
        String section,
        String name,
        List<String> aliases,
        SettingType<T> kind,
        String defaultText,
        String unit,
        String sentence,
        boolean live) {
    static <T> Setting<T> of(
            String section, String name, SettingType<T> kind, String defaultText, String unit, String sentence) {
        return new Setting<>(section, name, List.of(), kind, defaultText, unit, sentence, false);
    }

    Setting<T> alias(String... spellings) {
        return new Setting<>(section, name, List.of(spellings), kind, defaultText, unit, sentence, live);
    }

    /** Returns the same setting as one that administrators may change while the server runs. */
    Setting<T> changeable() {
        return new Setting<>(section, name, aliases, kind, defaultText, unit, sentence, true);
    }
}
