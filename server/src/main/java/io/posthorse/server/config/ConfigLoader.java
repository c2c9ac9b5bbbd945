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
 * Reads the sources of a configuration into a {@link ServerConfig}: first every entry by itself, then the rules between
 * entries. All problems are collected; any of them stops the start.
 */
public final class ConfigLoader {
    static final String ENVIRONMENT_NAME = "NAMESRV_ADDR";
    /** What means something to a name server alone. Access control is among it so that it is refused, not passed over. */
    private static final Set<Setting<?>> NAME_SERVERS = Set.of(
            Settings.BIND, Settings.INSECURE, Settings.NAMESERVER_PORT, Settings.TLS_MODE, Settings.TLS_CERTIFICATE,
            Settings.TLS_KEY, Settings.TLS_CLIENTS, Settings.TLS_TRUST, Settings.AUTH, Settings.DIRECTORY,
            Settings.CONNECTIONS_MAX, Settings.IDLE_SECONDS, Settings.LOG_LEVEL, Settings.LOG_DIRECTORY);

    private final ConfigSources sources;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Set<String> ignored = new LinkedHashSet<>();
    private final Map<String, ConfigEntry> given = new HashMap<>();

    private ConfigLoader(ConfigSources sources) {
        this.sources = sources;
    }

    /**
     * The configuration that the sources make.
     *
     * @throws ConfigException where something in them is unknown, not valid or does not fit together
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
        takeAll(pairs("--set", sources.sets()));
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
     * Takes the entries of one source; they outrank all that was taken before.
     *
     * @param isFile whether it may be a file of RocketMQ's, which is to start where it can
     */
    private void takeAll(List<ConfigEntry> entries, boolean isFile) {
        Map<String, ConfigEntry> ofSource = new LinkedHashMap<>();
        for (ConfigEntry entry : entries) {
            Setting<?> setting = setting(entry.key());
            if (setting != null && sources.role() == Role.NAME_SERVER && !NAME_SERVERS.contains(setting)) {
                ignored.add(entry.key() + " is ignored: it belongs to a broker, and this is a name server alone");
            } else if (setting != null) {
                take(setting, isFile ? bounded(setting, entry) : entry, ofSource);
            } else {
                ignore(entry, isFile);
            }
        }
        given.putAll(ofSource);
    }

    /** In a name server's own file its port is called as a broker's is in a broker's. */
    private Setting<?> setting(String key) {
        boolean port = sources.role() == Role.NAME_SERVER && key.equals(Settings.LISTEN_PORT.name());
        return port ? Settings.NAMESERVER_PORT : Settings.find(key);
    }

    /** The entry, or one with the nearest value that is possible here. */
    private ConfigEntry bounded(Setting<?> setting, ConfigEntry entry) {
        String nearest = setting.kind().nearest(entry.value());
        if (nearest == null) {
            return entry;
        }
        notes.add(entry.where() + ": " + entry.key() + "=" + entry.value() + " is more or less than is possible here; "
                + nearest + " counts (" + setting.kind().due() + ")");
        return new ConfigEntry(entry.where(), entry.key(), nearest);
    }

    /** RocketMQ 4's switch means its file of accounts too, which has a place of its own there. */
    private void takePlainAcl() {
        ConfigEntry users = given.get(Settings.AUTH.name());
        boolean isMeant = users != null && users.key().equals("aclEnable") && users.value().equalsIgnoreCase("true")
                && !given.containsKey(Settings.PLAIN_ACL.name()) && sources.role() == Role.BROKER;
        if (!isMeant) {
            return;
        }
        String file = sources.plainAcl();
        if (file == null) {
            notes.add(users.where() + ": aclEnable=true, and there is no plain_acl.yml beside the configuration file, in"
                    + " ROCKETMQ_HOME/conf or in this program's conf: name the file of accounts with auth.plain.acl, or make"
                    + " users with mqadmin. So far there is only the super user that the first start makes");
        } else {
            given.put(Settings.PLAIN_ACL.name(), new ConfigEntry(users.where(), Settings.PLAIN_ACL.name(), file));
            notes.add(users.where() + ": aclEnable=true: accounts are read from " + file);
        }
    }

    private void take(Setting<?> setting, ConfigEntry entry, Map<String, ConfigEntry> ofSource) {
        if (entry.value().isEmpty()) {
            notes.add(entry.where() + ": " + entry.key() + " has no value and counts as not given");
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
        ConfigEntry before = ofSource.put(setting.name(), entry);
        if (before != null) {
            notes.add(entry.where() + ": " + entry.key() + " is given before, at " + before.where()
                    + "; this later one counts");
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

    /** The settings of a name server alone as texts, under the names that its file has for them; no secret is among them. */
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

    /** Ends the start where a key of ours may be meant; a file may have other keys, which do nothing. */
    private void unknown(ConfigEntry entry, boolean isFile) {
        String ours = NearestName.of(entry.key(), Settings.spellings());
        List<String> names = Settings.spellings();
        names.addAll(IgnoredKeys.names());
        String nearest = NearestName.of(entry.key(), names);
        String text = nearest == null ? "no such key; docs/configuration.md lists all"
                : "no such key; the nearest is " + (ours == null ? nearest : ours);
        if (isFile && (ours == null || !NearestName.isNear(entry.key(), ours))) {
            ignored.add(entry.where() + ": " + entry.key() + " is ignored: " + text);
        } else {
            problems.add(new ConfigProblem(entry.where(), entry.key(), text));
        }
    }
}
