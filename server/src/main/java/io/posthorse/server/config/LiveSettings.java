package io.posthorse.server.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a running server: those that it was started with, and the changes since. Only keys that are declared
 * changeable can be changed, to valid values; no path, address or command is among them.
 */
public final class LiveSettings {
    private static final int KEYS_MAX = 1_000;

    private final ServerConfig started;
    private final Map<String, String> changes;
    private final ServerConfig inForce;

    private LiveSettings(ServerConfig started, Map<String, String> changes) {
        this.started = started;
        this.changes = Map.copyOf(changes);
        Map<String, ConfigEntry> given = new HashMap<>();
        started.given().forEach((name, text) -> given.put(name, new ConfigEntry("start", name, text)));
        given.put(Settings.BROKER_NAME.name(),
                new ConfigEntry("start", Settings.BROKER_NAME.name(), started.identity().brokerName()));
        changes.forEach((name, text) -> given.put(name, new ConfigEntry("change", name, text)));
        this.inForce = new SettingValues(ConfigSources.Role.BROKER, given, "").config(started.notes(), started.ignored());
    }

    /**
     * Returns the settings of a server that starts.
     *
     * @param kept changes of earlier runs; those that are no longer valid are left out
     * @param complaints gets a line for each change that was left out
     */
    public static LiveSettings start(ServerConfig started, Map<String, String> kept, List<String> complaints) {
        Map<String, String> valid = new TreeMap<>();
        new TreeMap<>(kept).forEach((key, value) -> {
            String problem = problem(key, value);
            if (problem == null) {
                valid.put(key, value);
            } else {
                complaints.add("The change of " + key + " to \"" + value + "\" by an earlier run is ignored: "
                        + problem);
            }
        });
        return new LiveSettings(started, valid);
    }

    /** Returns the configuration in force. */
    public ServerConfig config() {
        return inForce;
    }

    /** Returns the changes since the start and of earlier runs, which override the configuration of the start. */
    public Map<String, String> changes() {
        return changes;
    }

    /** Returns all settings as texts, by name, without secrets and their locations. */
    public Map<String, String> shown() {
        Map<String, String> shown = new TreeMap<>();
        for (Setting<?> setting : Settings.ALL) {
            if (!setting.equals(Settings.TLS_KEY) && !setting.equals(Settings.PLAIN_ACL) && !setting.kind().isSecret()) {
                shown.put(setting.name(), text(setting));
            }
        }
        return shown;
    }

    private String text(Setting<?> setting) {
        if (changes.containsKey(setting.name())) {
            return changes.get(setting.name());
        }
        return setting.equals(Settings.BROKER_NAME)
                ? inForce.identity().brokerName()
                : started.given().getOrDefault(setting.name(), setting.defaultText());
    }

    /** Returns why a change is refused; null where it is valid. */
    public String refusal(Map<String, String> wanted) {
        if (wanted.size() > KEYS_MAX) {
            return "Nothing was changed: " + wanted.size() + " keys are too many for one request.";
        }
        List<String> problems = new ArrayList<>();
        new TreeMap<>(wanted).forEach((key, value) -> {
            String problem = problem(key, value);
            if (problem != null) {
                problems.add(key + ": " + problem);
            }
        });
        return problems.isEmpty() ? null : "Nothing was changed. " + String.join("; ", problems);
    }

    private static String problem(String key, String value) {
        Setting<?> setting = Settings.find(key);
        if (setting == null) {
            IgnoredKeys.Family family = IgnoredKeys.find(key);
            return family == null ? "there is no such key" : "it has no meaning for this broker: " + family.reason();
        }
        if (!setting.live()) {
            return "it cannot be changed while the server runs; set it in the configuration file and restart";
        }
        if (value.isEmpty()) {
            return null;
        }
        try {
            setting.kind().parse(value);
            return setting.equals(Settings.LOG_LEVEL) ? LogLevels.remoteProblem(value) : null;
        } catch (IllegalArgumentException e) {
            return "the value \"" + value + "\" is not valid: " + e.getMessage();
        }
    }

    /** Returns the settings after a valid change; an empty value undoes an earlier change. */
    public LiveSettings with(Map<String, String> wanted) {
        Map<String, String> all = new TreeMap<>(changes);
        wanted.forEach((key, value) -> {
            String name = Settings.find(key).name();
            if (value.isEmpty()) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        });
        return new LiveSettings(started, all);
    }

    /** Returns the entries of a properties text; a line of one word is an entry without a value. */
    public static Map<String, String> read(String text) {
        Map<String, String> entries = new TreeMap<>();
        PropertiesText.read("request", text).forEach(entry -> entries.put(entry.key(), entry.value()));
        return entries;
    }
}
