package io.posthorse.server;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.HandedUsers;
import io.posthorse.auth.RefusedException;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.format.rocketmq.TopicOnBroker;
import io.posthorse.nameserver.KvStore;
import io.posthorse.nameserver.LocalBroker;
import io.posthorse.nameserver.NameServer;
import io.posthorse.nameserver.NameServerLimits;
import io.posthorse.net.Network;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.server.config.ServerConfig;
import io.posthorse.server.config.SeveralBrokers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What the brokers of one process have of each other: one set of users and rules, that of the first; the routes that its
 * name server knows; and the guide to the ports. The first one leads before another follows.
 */
final class ProcessBrokers implements AccessControl.Followers {
    private static final int WAITING_MAX = 10_000;

    private record Follower(Executor owner, HandedUsers users) {}

    private final List<OtherBroker> others = new ArrayList<>();
    private final PortGuide guide;
    private final Set<Integer> chosen = new LinkedHashSet<>();
    /** Changed and used on the first one's thread. */
    private final List<Follower> followers = new ArrayList<>();
    private Network first;
    private AccessControl users;
    private Routes routes;

    /** @param config the configuration of the process */
    ProcessBrokers(ServerConfig config) {
        this.guide = new PortGuide(config);
        for (int number = 1; number < config.part().count(); number++) {
            others.add(new OtherBroker(SeveralBrokers.of(config, number)));
        }
    }

    PortGuide guide() {
        return guide;
    }

    /** Returns all but the first. */
    List<OtherBroker> others() {
        return others;
    }

    /** Returns all but the first and the one of a configuration. */
    List<OtherBroker> othersThan(ServerConfig config) {
        String name = config.identity().brokerName();
        return others.stream().filter(other -> !other.brokerName().equals(name)).toList();
    }

    /** Returns a broker other than the first. */
    OtherBroker other(ServerConfig config) {
        return others.get(config.part().number() - 1);
    }

    /** Notes the port of the next broker, which is opened later; returns false where another one has it. */
    boolean choose(int port) {
        return chosen.add(port);
    }

    /** Notes that all ports are open. */
    void opened(int nameServer, int grpc, int jms) {
        guide.opened(new PortGuide.Ports(List.copyOf(chosen), nameServer, grpc, jms));
    }

    /**
     * Returns the name server of this process.
     *
     * @param own the first broker
     * @param store its key-value configuration
     */
    NameServer nameServer(ServerConfig config, LocalBroker own, KvStore store) {
        Clock clock = Clock.system();
        List<LocalBroker> locals = new ArrayList<>(List.of(own));
        locals.addAll(others);
        return new NameServer(
                () -> clock.nanos() / 1_000_000, locals, store,
                Map.of("listenPort", Integer.toString(config.listen().nameServerPort())), NameServerLimits.STANDARD);
    }

    /**
     * Notes what the first one has; called on its thread, before it serves anybody.
     *
     * @param control its users and rules; null without access control
     */
    void lead(Network network, AccessControl control, Routes known) {
        first = network;
        users = control;
        routes = known;
        if (control != null && !others.isEmpty()) {
            control.followed(this);
        }
    }

    /**
     * Returns the decisions of another broker, which has the first one's users and rules from now on; null without access
     * control.
     */
    AccessControl follow(Network other) throws IOException {
        if (users == null) {
            return null;
        }
        return first.onOwner(() -> {
            HandedUsers handed = new HandedUsers();
            followers.add(new Follower(other.owner(), handed));
            return users.follower(handed, (change, done) -> change(other.owner(), change, done), Entropy.system());
        });
    }

    /** Makes another broker's change at the first one, on whose thread all of them are decided. */
    private void change(Executor other, UnaryOperator<AccessTable> change, Consumer<RuntimeException> done) {
        Runnable there = () -> users.change(change, refusal -> isRun(other, () -> done.accept(refusal)));
        if (!isRun(first.owner(), there)) {
            done.accept(new RefusedException("Nothing was changed: the first broker of this process has stopped."));
        }
    }

    @Override
    public void take(AccessTable stored, Runnable taken) {
        if (followers.isEmpty()) {
            taken.run();
        }
        int[] left = {followers.size()};
        Runnable one = () -> {
            left[0]--;
            if (left[0] == 0) {
                taken.run();
            }
        };
        for (Follower follower : followers) {
            boolean isThere = isRun(follower.owner, () -> {
                follower.users.hand(stored);
                isRun(first.owner(), one);
            });
            if (!isThere) {
                one.run(); // it has stopped, and admits nobody
            }
        }
    }

    /**
     * Returns the routes as the first broker finds them, for another one.
     *
     * @param otherwise what the other one knows itself, for where too many already wait for the first
     */
    Routes routesFor(Network other, Function<String, List<TopicOnBroker>> otherwise) {
        int[] waiting = {0};
        return (topic, then) -> {
            Consumer<List<TopicOnBroker>> back = found -> isRun(other.owner(), () -> {
                waiting[0]--;
                then.accept(found);
            });
            if (waiting[0] >= WAITING_MAX || !isRun(first.owner(), () -> routes.find(topic, back))) {
                then.accept(otherwise.apply(topic));
            } else {
                waiting[0]++;
            }
        };
    }

    private static boolean isRun(Executor owner, Runnable task) {
        try {
            owner.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // its broker has stopped
        }
    }
}
