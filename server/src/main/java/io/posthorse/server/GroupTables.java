package io.posthorse.server;

import io.posthorse.auth.AccessTable;
import io.posthorse.auth.SharedEntry;
import io.posthorse.auth.SharedUsers;
import io.posthorse.auth.User;
import io.posthorse.broker.TableCommands;
import io.posthorse.broker.TableEntry;
import io.posthorse.broker.Tables;
import io.posthorse.codec.rocketmq.RequestSigner;
import io.posthorse.platform.Background;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the nodes of a cluster share beside their messages, in the small tables of the log: users and rules, and the settings
 * that were changed while it ran. Every node follows them; the one that leads changes them. Used on the owner's thread.
 */
final class GroupTables implements SettingsKeeper {
    /** Number of the table of users and rules; {@link SharedUsers} has its layout. */
    static final int ACCESS = 1;
    /** Number of the table of changed settings: keys and values are texts in UTF-8. */
    static final int SETTINGS = 2;

    private static final Logger LOG = LoggerFactory.getLogger(GroupTables.class);

    private final boolean hasAccessControl;
    private final SharedUsers users = new SharedUsers(Entropy.system(), this::writeUsers);
    private final TreeMap<String, String> settings = new TreeMap<>();
    private final Consumer<AccessTable> names;
    private final Consumer<IOException> onMismatch;
    private Consumer<Map<String, String>> inForce = changes -> { };
    private long settingsChanges;
    /** Null while this node does not lead. */
    private TableCommands commands;
    private User signer;
    private RequestSigner signing;

    /**
     * Follows the tables of a copy.
     *
     * @param names gets users and rules for the node's name server
     * @param onMismatch gets the reason for which this node must not go on with its configuration, now or later
     */
    GroupTables(
            ServerConfig config, Tables tables, Consumer<AccessTable> names, Consumer<IOException> onMismatch) {
        this.hasAccessControl = config.access().enabled();
        this.names = names;
        this.onMismatch = onMismatch;
        tables.follow(this::changed);
    }

    private void changed(List<TableEntry> entries) {
        List<SharedEntry> ofUsers = new ArrayList<>();
        boolean hasSettings = false;
        for (TableEntry entry : entries) {
            if (entry.table() == ACCESS) {
                ofUsers.add(new SharedEntry(entry.key(), entry.value()));
            } else if (entry.table() == SETTINGS) {
                hasSettings = true;
                settingsChanges++;
                String key = text(entry.key());
                if (entry.value() == null) {
                    settings.remove(key);
                } else {
                    settings.put(key, text(entry.value()));
                }
            }
        }
        if (!ofUsers.isEmpty() && !hasAccessControl) {
            onMismatch.accept(new IOException("This cluster has access control, and this node has not: if it led, whoever"
                    + " reaches its ports could do everything. Set auth.enabled=true, as on the other nodes, and start it"
                    + " again"));
        } else if (!ofUsers.isEmpty()) {
            users.changed(ofUsers);
            names.accept(users.withNode());
        }
        if (hasSettings) {
            inForce.accept(Map.copyOf(settings));
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    SharedUsers users() {
        return users;
    }

    /** Returns the signer of what this node tells the cluster's name servers; null before the cluster has users. */
    RequestSigner signer() {
        User node = users.node();
        if (node != null && !node.equals(signer)) {
            signer = node;
            signing = new RequestSigner(node.name(), bytes(node.secret().reveal()));
        }
        return signing;
    }

    /**
     * Begins to change them, since this node leads. Where the cluster has no users yet, and should have, the first super
     * user is created.
     *
     * @param ready runs once the cluster has users, or at once where it has no access control
     */
    void lead(
            TableCommands ofLeader, ServerConfig config, FileStore files, Background disk, Runnable ready) {
        commands = ofLeader;
        if (!hasAccessControl) {
            ready.run();
        } else if (users.areThere()) {
            ready.run();
            hand(files, disk);
        } else {
            ServerConfig.Credentials first = config.access().first();
            users.create(
                    first == null ? AccessSetup.FIRST : first.user(), first == null ? null : first.secret(), failure -> {
                        if (failure == null) {
                            ready.run();
                            hand(files, disk);
                        } else {
                            LOG.error("The first super user of this cluster could not be created ({}): nobody is admitted."
                                    + " Mend that, and have another node lead.", failure.getMessage());
                        }
                    });
        }
    }

    /** Writes the first super user's secret to a file of this node, unless a node has done so. */
    private void hand(FileStore files, Background disk) {
        User first = users.toHand();
        if (first == null) {
            return;
        }
        disk.run(() -> AccessSetup.keep(files, first.name(), first.secret()), failure -> {
            if (failure == null) {
                users.handed(refusal -> { }); // where that fails, the next leader writes the file once more
            } else {
                LOG.error("The secret of the first super user could not be written to the data directory ({}). The next node"
                        + " that leads tries again.", failure.getMessage());
            }
        });
    }

    private void writeUsers(List<SharedEntry> entries, Consumer<IOException> done) {
        write(entries.stream().map(entry -> new TableEntry(ACCESS, entry.key(), entry.value())).toList(), done);
    }

    private void write(List<TableEntry> entries, Consumer<IOException> done) {
        if (commands == null) {
            done.accept(new IOException("this node does not lead"));
        } else {
            commands.change(entries, done);
        }
    }

    // ---- settings

    @Override
    public void follow(Consumer<Map<String, String>> receiver) {
        inForce = receiver;
        receiver.accept(Map.copyOf(settings));
    }

    @Override
    public long generation() {
        return settingsChanges;
    }

    @Override
    public boolean isBehind() {
        return false;
    }

    @Override
    public void keep(Map<String, String> before, Map<String, String> after, Consumer<String> done) {
        Set<String> keys = new HashSet<>(before.keySet());
        keys.addAll(after.keySet());
        List<TableEntry> entries = keys.stream()
                .filter(key -> !Objects.equals(before.get(key), after.get(key)))
                .map(key -> new TableEntry(SETTINGS, bytes(key), after.containsKey(key) ? bytes(after.get(key)) : null))
                .toList();
        write(entries, failure -> done.accept(
                failure == null ? null : "Nothing was changed: " + failure.getMessage() + "."));
    }
}
