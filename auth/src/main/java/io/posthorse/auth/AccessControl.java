package io.posthorse.auth;

import io.posthorse.auth.AccessFile.Generation;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The access control of a running broker. A change is in force once it is on the disk, from the next request of every
 * connection on. Used on the owner's thread.
 */
public final class AccessControl {
    private static final int WAITING_MAX = 256;
    private static final int SLOTS = 1 << 13;
    private static final int UNKNOWN_SECRET_BYTES = 24;

    private final Keeper keeper;
    private final AccessTable fixed;
    private final FailureLimit failures;
    /** Null where changes are made here. */
    private final FirstBroker first;
    private final Account unknown;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private final Approval[] approvals = new Approval[SLOTS];
    private Map<String, Account> accounts = Map.of();
    private AccessTable stored;
    private AccessTable table;
    private boolean writing;
    /** Null where nobody follows. */
    private Followers followers;
    /** The stored table before the last change since the start; null where there was none. */
    private AccessTable previous;

    private record Waiting(UnaryOperator<AccessTable> change, Consumer<RuntimeException> done) {}

    private record Approval(Account account, ResourceKind kind, int actions, byte[] name) {}

    private AccessControl(Keeper keeper, Clock clock, Entropy entropy, AccessTable fixed) {
        this(keeper, entropy, fixed, new FailureLimit(clock), null);
    }

    private AccessControl(
            Keeper keeper, Entropy entropy, AccessTable fixed, FailureLimit failures, FirstBroker first) {
        this.keeper = keeper;
        this.fixed = fixed;
        this.failures = failures;
        this.first = first;
        this.unknown = new Account(new User("", User.Kind.NORMAL, false, newSecret(entropy), Sources.ANY));
        keeper.follow(this::use);
    }

    /** A listener that gets the first super user before it is stored. */
    public interface FirstUser {
        void made(String name, Secret secret) throws IOException;
    }

    /** The first broker of a process, as another one that follows it makes changes there. */
    public interface FirstBroker {
        /** Makes a change as {@link AccessControl#change} does; {@code done} runs on the thread of the one that follows. */
        void change(UnaryOperator<AccessTable> change, Consumer<RuntimeException> done);
    }

    /** The brokers of the same process that follow this one. */
    public interface Followers {
        /** Hands a stored table on; {@code taken} runs on this one's thread once it is in force at all that serve. */
        void take(AccessTable stored, Runnable taken);
    }

    /**
     * Opens the users and rules of a data directory; creates the first super user where there are none.
     *
     * @param fixed users and rules of the configuration, which cannot be changed while running and are not stored
     * @param first name of the first super user
     * @param secret secret of the first super user, or null to generate one
     * @param made is called where the first super user is created
     * @throws IOException where the files cannot be read or written; says what to do
     */
    public static AccessControl open(
            FileStore files, Background background, Clock clock, Entropy entropy, AccessTable fixed, String first,
            Secret secret, FirstUser made) throws IOException {
        AccessStore store = AccessStore.open(files, entropy);
        if (store.loaded().number() == 0) {
            Secret chosen = secret == null ? newSecret(entropy) : secret;
            User admin = User.of(first, User.Kind.SUPER, true, chosen.reveal());
            made.made(first, chosen);
            store.write(new Generation(1, AccessTable.EMPTY.with(admin)));
            store = AccessStore.open(files, entropy);
        }
        for (String name : fixed.users().keySet()) {
            if (store.loaded().table().user(name) != null) {
                throw new IOException("User " + name + " is both in the file of accounts and in the data directory. Delete"
                        + " one: the account from the file, or the user with mqadmin deleteUser.");
            }
        }
        return new AccessControl(new FileKeeper(store, background), clock, entropy, fixed);
    }

    /**
     * Returns the decisions by users and rules that a group of nodes has agreed on.
     *
     * @param users users and rules of the group, as this node knows them
     * @param fixed users and rules of the configuration; they take the place of those of the group with the same names
     */
    public static AccessControl of(SharedUsers users, Clock clock, Entropy entropy, AccessTable fixed) {
        return new AccessControl(users, clock, entropy, fixed);
    }

    /** Returns the decisions by users and rules that another thread's {@link SharedUsers} hand on. */
    public static AccessControl of(HandedUsers users, Clock clock, Entropy entropy, AccessTable fixed) {
        return new AccessControl(users, clock, entropy, fixed);
    }

    /**
     * Returns the decisions of another broker of this process by the same users and rules, and the same count of failures;
     * it has the present ones at once.
     *
     * @param handed gets each later table, on the other broker's thread
     * @param changes makes the other's changes here
     */
    public AccessControl follower(HandedUsers handed, FirstBroker changes, Entropy entropy) {
        handed.hand(stored);
        return new AccessControl(handed, entropy, fixed, failures, changes);
    }

    /** Hands each later table to others: a change is done once it is in force there, too. */
    public void followed(Followers others) {
        followers = others;
    }

    static Secret newSecret(Entropy entropy) {
        byte[] bytes = SecretCipher.random(UNKNOWN_SECRET_BYTES, entropy);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    private void use(AccessTable changed) {
        stored = changed;
        Map<String, User> users = new HashMap<>(changed.users());
        users.putAll(fixed.users());
        Map<String, List<Rule>> rules = new HashMap<>(changed.rules());
        fixed.users().keySet().forEach(rules::remove); // one of that name in the group is somebody else
        rules.putAll(fixed.rules());
        table = new AccessTable(users, rules);
        accounts.values().forEach(account -> account.current = false);
        accounts = new HashMap<>();
        Arrays.fill(approvals, null);
        listeners.forEach(Runnable::run);
    }

    /** Returns the users and rules in force, including those of the configuration. */
    public AccessTable table() {
        return table;
    }

    /** Returns how many times users and rules were written; of a group's node, since it was opened. */
    public long generation() {
        return keeper.generation();
    }

    /** Returns whether a user comes from the configuration, and so cannot be changed while running. */
    public boolean isFixed(String user) {
        return fixed.user(user) != null;
    }

    /** Registers a listener that is called once changes are in force. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Changes users and rules, one change after another.
     *
     * @param change gets the stored table and returns the new one, or throws {@link RefusedException}
     * @param done gets null once the change is on the disk and in force, else why it is not
     */
    public void change(UnaryOperator<AccessTable> change, Consumer<RuntimeException> done) {
        if (first != null) {
            first.change(change, done);
            return;
        }
        if (waiting.size() >= WAITING_MAX) {
            done.accept(new RefusedException("too many changes are waiting; try again"));
            return;
        }
        waiting.add(new Waiting(change, done));
        next();
    }

    private void next() {
        while (!writing && !waiting.isEmpty()) {
            Waiting next = waiting.poll();
            AccessTable changed;
            try {
                changed = next.change().apply(stored);
            } catch (RefusedException e) {
                if (isRepeated(next.change())) {
                    taken(next.done());
                } else {
                    next.done().accept(e);
                }
                continue;
            }
            write(changed, next.done());
        }
    }

    /** Returns whether a change is the last one again: tools make it at each broker of a cluster. */
    private boolean isRepeated(UnaryOperator<AccessTable> change) {
        if (followers == null || previous == null) {
            return false;
        }
        try {
            return change.apply(previous).equals(stored);
        } catch (RefusedException e) {
            return false;
        }
    }

    private void taken(Consumer<RuntimeException> done) {
        if (followers == null) {
            done.accept(null);
        } else {
            followers.take(stored, () -> done.accept(null));
        }
    }

    private void write(AccessTable changed, Consumer<RuntimeException> done) {
        writing = true;
        AccessTable before = stored;
        keeper.keep(stored, changed, failure -> {
            writing = false;
            if (failure == null) {
                previous = followers == null ? null : before;
                taken(done);
            } else {
                done.accept(new RefusedException("Nothing was changed: " + failure.getMessage() + "."));
            }
            next();
        });
    }

    /** Returns the account with that name; for an unknown one, in the same time, an account that no secret proves. */
    public Account account(byte[] text, int from, int length) {
        String name = new String(text, from, length, StandardCharsets.UTF_8);
        Account known = accounts.get(name);
        if (known != null) {
            return known;
        }
        User user = table.user(name);
        if (user == null) {
            return unknown;
        }
        Account made = new Account(user);
        accounts.put(name, made);
        return made;
    }

    /** Returns whether a user has failed too often from an address, and must wait. */
    public boolean mustWait(String user, InetAddress source) {
        return failures.isReached(user, source);
    }

    /** Notes that a signature was wrong, or its user unknown. */
    public void failed(String user, InetAddress source) {
        failures.failed(user, source);
    }

    /** Notes that a user's secret was right. */
    public void proved(String user, InetAddress source) {
        failures.proved(user, source);
    }

    /** Decides whether an account may do any of some actions to a resource. */
    public Verdict decide(Account account, ResourceKind kind, String name, Actions wanted, InetAddress source) {
        return table.decide(account.user(), kind, name, wanted, source);
    }

    /**
     * Does the same for a name as bytes, without allocation where it was approved before.
     *
     * @return null where it is allowed
     */
    public Verdict refusal(
            Account account, ResourceKind kind, byte[] text, int from, int length, Actions wanted, InetAddress source) {
        int slot = slot(account, kind, wanted, text, from, length);
        Approval known = approvals[slot];
        if (known != null && known.account == account && known.kind == kind && known.actions == wanted.bits()
                && Arrays.equals(known.name, 0, known.name.length, text, from, from + length)) {
            return null;
        }
        byte[] name = Arrays.copyOfRange(text, from, from + length);
        Verdict verdict = decide(account, kind, new String(name, StandardCharsets.UTF_8), wanted, source);
        if (!verdict.allowed()) {
            return verdict;
        }
        boolean everywhere = table.rules(account.user().name()).stream().allMatch(rule -> rule.sources().isAny());
        if (everywhere) {
            approvals[slot] = new Approval(account, kind, wanted.bits(), name);
        }
        return null;
    }

    private static int slot(Account account, ResourceKind kind, Actions wanted, byte[] text, int from, int length) {
        int hash = System.identityHashCode(account) * 31 + kind.code() * 7 + wanted.bits();
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + text[i];
        }
        return (hash ^ hash >>> 13) & SLOTS - 1;
    }
}
