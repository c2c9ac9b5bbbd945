package io.posthorse.server.config;

import java.util.List;

/**
 * One declared key.
 *
 * @param section heading under which it is documented
 * @param name the key
 * @param aliases other spellings that mean the same
 * @param kind type and limits of its value
 * @param defaultText the value where none is given, as text; empty where there is none
 * @param unit unit of its value, empty where it has none
 * @param sentence what it is for
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

    /** It may be changed while the server runs, by whoever may administer it. */
    Setting<T> changeable() {
        return new Setting<>(section, name, aliases, kind, defaultText, unit, sentence, true);
    }
}
