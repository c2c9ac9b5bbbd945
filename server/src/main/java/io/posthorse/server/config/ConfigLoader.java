package io.posthorse.server.config;

import io.posthorse.server.config.ConfigSources.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The loader of a {@link ServerConfig}: checks first each entry of the sources alone, then the rules between entries. It
 * collects all problems; any of them prevents the start.
 */
public final class ConfigLoader {
    static final String ENVIRONMENT_NAME = "NAMESRV_ADDR";
    /** Settings of a name server without a broker. Access control is one of them so that it is refused, not ignored. */
    private static final Set<Setting<?>> NAME_SERVERS = Set.of(
            Settings.BIND, Settings.INSECURE, Settings.NAMESERVER_PORT, Settings.TLS_MODE, Settings.TLS_CERTIFICATE,
            Settings.TLS_KEY, Settings.TLS_CLIENTS, Settings.TLS_TRUST, Settings.AUTH, Settings.DIRECTORY,
            Settings.CONNECTIONS_MAX, Settings.IDLE_SECONDS, Settings.LOG_LEVEL, Settings.LOG_DIRECTORY);

    private static final String COMMAND_LINE = "--set";

    private final ConfigSources sources;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Set<String> ignored = new LinkedHashSet<>();
    private final Map<String, ConfigEntry> given = new HashMap<>();

    private ConfigLoader(ConfigSources sources) {
        this.sources = sources;
    }

    /**
     * Returns the configuration from all sources.
     *
     * @throws ConfigException where an entry is unknown or invalid, or entries do not fit together
     */
    public static ServerConfig load(ConfigSources sources) {
        return new ConfigLoader(sources).load();
    }

    private ServerConfig load() {
        takeAll(pairs("preset", sources.presets()));
        String nameServers = sources.environment().get(ENVIRONMENT_NAME);
        if (nameServers != null && sources.role() == Role.BROKER) {
            takeAll(List.of(new ConfigEntry("environment " + ENVIRONMENT_NAME, Settings.NAMESRV_ADDR.name(), nameServers)));
        }
        if (sources.fileText() != null) {
            takeAll(PropertiesText.read(sources.fileName(), sources.fileText()), true);
        }
        takeAll(pairs(COMMAND_LINE, sources.sets()));
        takePlainAcl();
        SettingValues values = new SettingValues(sources.role(), given, sources.hostName());
        values.check(problems, notes);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return values.config(List.copyOf(notes), List.copyOf(ignored));
    }

    private List<ConfigEntry> pairs(String where, List<String> pairs) {
        List<ConfigEntry> entries = new ArrayList<>();
        for (String set : pairs) {
            int sign = set.indexOf('=');
            if (sign < 1) {
                problems.add(new ConfigProblem(where, set, "this is not key=value"));
            } else {
                entries.add(new ConfigEntry(where, set.substring(0, sign).strip(), set.substring(sign + 1).strip()));
            }
        }
        return entries;
    }

    private void takeAll(List<ConfigEntry> entries) {
        takeAll(entries, false);
    }

    /**
     * Takes the entries of one source; they override all earlier ones.
     *
     * @param isFile whether it may be a file of RocketMQ, which should start where possible
     */
    private void takeAll(List<ConfigEntry> entries, boolean isFile) {
        Map<String, ConfigEntry> ofSource = new LinkedHashMap<>();
        for (ConfigEntry entry : entries) {
            Setting<?> setting = setting(entry.key());
            if (setting != null && sources.role() == Role.NAME_SERVER && !NAME_SERVERS.contains(setting)) {
                ignored.add(entry.key()
                        + " is ignored: it is a broker's setting, and this is a name server without a broker");
            } else if (setting != null) {
                take(setting, isFile ? bounded(setting, entry) : entry, ofSource);
            } else {
                ignore(entry, isFile);
            }
        }
        given.putAll(ofSource);
    }

    /** Returns the setting of a key; in a name server's own file, the key of a broker's port means its port. */
    private Setting<?> setting(String key) {
        boolean port = sources.role() == Role.NAME_SERVER && key.equals(Settings.LISTEN_PORT.name());
        return port ? Settings.NAMESERVER_PORT : Settings.find(key);
    }

    /** Returns the entry, or one with the nearest value within the limits. */
    private ConfigEntry bounded(Setting<?> setting, ConfigEntry entry) {
        String nearest = setting.kind().nearest(entry.value());
        if (nearest == null) {
            return entry;
        }
        notes.add(entry.where() + ": " + entry.key() + "=" + entry.value() + " is outside the limits; "
                + nearest + " is used (" + setting.kind().due() + ")");
        return new ConfigEntry(entry.where(), entry.key(), nearest);
    }

    /** Takes the file of accounts: RocketMQ 4's switch implies it, at a fixed place. */
    private void takePlainAcl() {
        ConfigEntry users = given.get(Settings.AUTH.name());
        boolean isUsed = users != null && users.key().equals("aclEnable") && users.value().equalsIgnoreCase("true")
                && !given.containsKey(Settings.PLAIN_ACL.name()) && sources.role() == Role.BROKER;
        if (!isUsed) {
            return;
        }
        String file = sources.plainAcl();
        if (file == null) {
            notes.add(users.where() + ": aclEnable=true, but there is no plain_acl.yml beside the configuration file, in"
                    + " ROCKETMQ_HOME/conf or in this program's conf: name the file of accounts with auth.plain.acl, or"
                    + " create users with mqadmin. Until then there is only the super user of the first start");
        } else {
            given.put(Settings.PLAIN_ACL.name(), new ConfigEntry(users.where(), Settings.PLAIN_ACL.name(), file));
            notes.add(users.where() + ": aclEnable=true: accounts are read from " + file);
        }
    }

    private void take(Setting<?> setting, ConfigEntry entry, Map<String, ConfigEntry> ofSource) {
        if (entry.value().isEmpty()) {
            notes.add(entry.where() + ": " + entry.key() + " has no value and is treated as not set");
            return;
        }
        try {
            setting.kind().parse(entry.value());
        } catch (IllegalArgumentException e) {
            String shown = setting.kind().isSecret() ? "" : "\"" + entry.value() + "\" ";
            problems.add(new ConfigProblem(
                    entry.where(), entry.key(), "the value " + shown + "is not valid: " + e.getMessage()));
            return;
        }
        if (setting.kind().isSecret() && entry.where().equals(COMMAND_LINE)) {
            notes.add(entry.where() + ": every user of this machine can read the secret in " + entry.key()
                    + " in the list of processes; put it into the configuration file");
        }
        ConfigEntry before = ofSource.put(setting.name(), entry);
        if (before != null) {
            notes.add(entry.where() + ": " + entry.key() + " was already set at " + before.where()
                    + "; this later value is used");
        }
    }

    private void ignore(ConfigEntry entry, boolean isFile) {
        IgnoredKeys.Family family = IgnoredKeys.find(entry.key());
        if (family == null) {
            unknown(entry, isFile);
        } else if (family.onlyValue() == null || family.onlyValue().equalsIgnoreCase(entry.value())) {
            ignored.add(entry.key() + " is ignored: " + family.reason());
        } else {
            problems.add(new ConfigProblem(
                    entry.where(),
                    entry.key(),
                    "only " + (family.onlyValue().isEmpty() ? "an empty value" : "the value " + family.onlyValue())
                            + " is accepted: " + family.reason()));
        }
    }

    /**
     * Returns the settings of a name server without a broker as texts, by their names in its file; secrets are not
     * included.
     */
    public static Map<String, String> nameServerSettings(ServerConfig config) {
        Map<String, String> shown = new TreeMap<>();
        for (Setting<?> setting : NAME_SERVERS) {
            String name = setting.equals(Settings.NAMESERVER_PORT) ? Settings.LISTEN_PORT.name() : setting.name();
            if (!setting.equals(Settings.TLS_KEY) && !setting.equals(Settings.AUTH)) {
                shown.put(name, config.given().getOrDefault(setting.name(), setting.defaultText()));
            }
        }
        return shown;
    }

    /** Refuses an unknown key that is close to a known one; other unknown keys in a file are ignored. */
    private void unknown(ConfigEntry entry, boolean isFile) {
        String ours = NearestName.of(entry.key(), Settings.spellings());
        List<String> names = Settings.spellings();
        names.addAll(IgnoredKeys.names());
        String nearest = NearestName.of(entry.key(), names);
        String text = nearest == null ? "there is no such key; docs/configuration.md lists all keys"
                : "there is no such key; the nearest one is " + (ours == null ? nearest : ours);
        if (isFile && (ours == null || !NearestName.isNear(entry.key(), ours))) {
            ignored.add(entry.where() + ": " + entry.key() + " is ignored: " + text);
        } else {
            problems.add(new ConfigProblem(entry.where(), entry.key(), text));
        }
    }
}
