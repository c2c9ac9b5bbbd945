package io.posthorse.auth;

import io.posthorse.platform.Entropy;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users and rules that the nodes of a group share, as entries of bytes: each node is told about those that the group has
 * agreed on, and the one that leads may write more. Secrets are sealed with a key that is an entry itself. An entry that
 * cannot be read is a user that nobody knows: nobody is admitted by it. Used on the owner's thread.
 *
 * <pre>
 *  key            value
 *  "k"            u8 version, 1; 32 bytes, the key that seals
 *  "f"            u8 version, 1; u8 1 where the secret was handed to the operator, else 0; text name of the first super user
 *  "u" and name   u8 version, 1; user; u32 count of rules, each: rule
 * </pre>
 *
 * <p>{@link AccessCodec} has the layout of users and rules.
 */
public final class SharedUsers implements Keeper {
    /** Name of the user as whom the nodes register; no user of the group can have it. */
    public static final String NODE = "posthorse/node";

    private static final Logger LOG = LoggerFactory.getLogger(SharedUsers.class);
    private static final byte VERSION = 1;
    private static final byte KEY = 'k';
    private static final byte FIRST = 'f';
    private static final byte USER = 'u';
    private static final String ALGORITHM = "HmacSHA256";

    private final Entropy entropy;
    private final Writer writer;
    private final List<Runnable> listeners = new ArrayList<>();
    private final Map<String, User> users = new HashMap<>();
    private final Map<String, List<Rule>> rules = new HashMap<>();
    private Consumer<AccessTable> inForce = table -> { };
    private SecretCipher cipher;
    private Secret ofNodes;
    private String first;
    private boolean isFirstHanded;
    private AccessTable table = AccessTable.EMPTY;
    private long generation;

    /** What writes entries for all nodes. */
    public interface Writer {
        /**
         * Writes entries, all of them or none.
         *
         * @param done gets null once the group has agreed on them and {@link SharedUsers#changed} was told, else why not
         */
        void write(List<SharedEntry> entries, Consumer<IOException> done);
    }

    /** @param writer of the node that leads */
    public SharedUsers(Entropy entropy, Writer writer) {
        this.entropy = entropy;
        this.writer = writer;
    }

    // ---- what the group has agreed on

    /** Takes entries that the group has agreed on. */
    public void changed(List<SharedEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        for (SharedEntry entry : entries) {
            try {
                take(entry);
            } catch (IOException | BufferUnderflowException | IllegalArgumentException | RefusedException e) {
                LOG.error("An entry of the users and rules of this cluster cannot be read ({}). Its user is refused until an"
                        + " administrator deletes and creates it again.", e.getMessage());
            }
        }
        table = new AccessTable(users, rules);
        generation++;
        inForce.accept(table);
        listeners.forEach(Runnable::run);
    }

    private void take(SharedEntry entry) throws IOException {
        byte kind = entry.key().length == 0 ? 0 : entry.key()[0];
        ByteBuffer in = entry.value() == null ? null : ByteBuffer.wrap(entry.value());
        String name = kind == 0 ? "" : new String(entry.key(), 1, entry.key().length - 1, StandardCharsets.UTF_8);
        if (kind == USER) {
            users.remove(name);
            rules.remove(name);
        }
        if (in == null) {
            return;
        }
        if (in.get() != VERSION) {
            throw new IOException("it has version " + entry.value()[0] + "; this release reads version " + VERSION);
        }
        switch (kind) {
            case KEY -> key(in);
            case FIRST -> {
                isFirstHanded = in.get() != 0;
                first = AccessCodec.text(in);
            }
            case USER -> user(name, in);
            default -> throw new IOException("no release writes its key");
        }
    }

    private void key(ByteBuffer in) {
        byte[] key = new byte[SecretCipher.KEY_BYTES];
        in.get(key);
        cipher = new SecretCipher(key, entropy);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            byte[] derived = mac.doFinal(NODE.getBytes(StandardCharsets.US_ASCII));
            ofNodes = new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(derived));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
    }

    private void user(String name, ByteBuffer in) throws IOException {
        if (cipher == null) {
            throw new IOException("the key of its secret is missing");
        }
        User user = AccessCodec.user("an entry", in, cipher);
        List<Rule> all = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            all.add(AccessCodec.rule(in));
        }
        if (!user.name().equals(name) || in.hasRemaining()) {
            throw new IOException("it is not that of user " + name);
        }
        users.put(name, user);
        if (!all.isEmpty()) {
            rules.put(name, List.copyOf(all));
        }
    }

    /** Returns the users and rules that the group has agreed on, as far as this node knows. */
    public AccessTable table() {
        return table;
    }

    /** Returns whether the group has users, and the key that seals their secrets. */
    public boolean areThere() {
        return cipher != null;
    }

    /** Registers a listener that is called behind each change. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Returns the user as whom a node of the group signs what it tells name servers of the group, by a secret that only the
     * nodes can compute; null before the group has users.
     */
    public User node() {
        return ofNodes == null ? null : new User(NODE, User.Kind.NORMAL, true, ofNodes, Sources.ANY);
    }

    /** Returns the table for the name servers of the group: with the user as whom nodes register. */
    public AccessTable withNode() {
        User node = node();
        if (node == null) {
            return table;
        }
        Map<String, User> all = new HashMap<>(table.users());
        all.put(NODE, node);
        return new AccessTable(all, table.rules());
    }

    // ---- what the node that leads writes

    /**
     * Creates the key and the first super user of the group, together; the group must not have users yet.
     *
     * @param secret null to generate one, which has to be handed to an operator
     * @param done gets null once the group has agreed on them
     */
    public void create(String name, Secret secret, Consumer<IOException> done) {
        if (areThere()) {
            throw new IllegalStateException("the group has users already");
        }
        byte[] key = SecretCipher.random(SecretCipher.KEY_BYTES, entropy);
        SecretCipher made = new SecretCipher(key, entropy);
        Secret chosen = secret == null ? AccessControl.newSecret(entropy) : secret;
        User user = User.of(name, User.Kind.SUPER, true, chosen.reveal());
        writer.write(List.of(
                new SharedEntry(new byte[] {KEY}, ByteBuffer.allocate(1 + key.length).put(VERSION).put(key).array()),
                firstEntry(name, secret != null), entry(user, List.of(), made)), done);
    }

    /** Returns the first super user where its secret was generated and not handed to an operator yet, else null. */
    public User toHand() {
        return first == null || isFirstHanded ? null : table.user(first);
    }

    /** Notes for all nodes that the first super user's secret was handed to an operator. */
    public void handed(Consumer<IOException> done) {
        writer.write(List.of(firstEntry(first, true)), done);
    }

    private static SharedEntry firstEntry(String name, boolean isHanded) {
        AccessCodec.Output out = new AccessCodec.Output(0);
        out.u8(VERSION);
        out.u8(isHanded ? 1 : 0);
        out.text(name);
        return new SharedEntry(new byte[] {FIRST}, bytes(out));
    }

    private static byte[] bytes(AccessCodec.Output out) {
        ByteBuffer finished = out.finish();
        byte[] bytes = new byte[finished.remaining()];
        finished.get(bytes);
        return bytes;
    }

    private static byte[] key(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + text.length).put(USER).put(text).array();
    }

    private static SharedEntry entry(User user, List<Rule> rules, SecretCipher cipher) {
        AccessCodec.Output out = new AccessCodec.Output(0);
        out.u8(VERSION);
        out.user(user, cipher);
        out.u32(rules.size());
        rules.forEach(out::rule);
        return new SharedEntry(key(user.name()), bytes(out));
    }

    // ---- keeper

    @Override
    public void follow(Consumer<AccessTable> receiver) {
        inForce = receiver;
        receiver.accept(table);
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public void keep(AccessTable before, AccessTable after, Consumer<IOException> done) {
        if (!areThere()) {
            done.accept(new IOException("the cluster is creating its first user; try again"));
            return;
        }
        TreeSet<String> names = new TreeSet<>(before.users().keySet());
        names.addAll(after.users().keySet());
        List<SharedEntry> entries = new ArrayList<>();
        for (String name : names) {
            User user = after.user(name);
            if (user == null) {
                entries.add(new SharedEntry(key(name), null));
            } else if (!Objects.equals(before.user(name), user) || !before.rules(name).equals(after.rules(name))) {
                entries.add(entry(user, after.rules(name), cipher));
            }
        }
        writer.write(entries, done);
    }
}
