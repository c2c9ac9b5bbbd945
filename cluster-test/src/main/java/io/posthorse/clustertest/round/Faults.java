package io.posthorse.clustertest.round;

import io.posthorse.clustertest.lab.Lab;
import io.posthorse.clustertest.lab.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Lets faults happen, and heals them. */
final class Faults {
    private static final long SLOW_BYTES = 256 << 10;
    private static final long SLOW_OPERATIONS = 30;
    /** Exit code of a node that is no member any more. */
    private static final int REMOVED = 4;

    private static final Duration STEP_LIMIT = Duration.ofSeconds(90);

    private final Lab lab;
    private final Random random;
    /** The build for upgrades; null for the same one. */
    private final Path otherBuild;
    private boolean upgraded;

    /** How a fault ends. */
    interface Heal {
        void run() throws Exception;
    }

    /** A fault that has happened; the node is empty where it hit all. */
    record Injected(String what, String node, Heal heal) {
    }

    Faults(Lab lab, Random random, Path otherBuild) {
        this.lab = lab;
        this.random = random;
        this.otherBuild = otherBuild;
    }

    /** Chooses the node to hit, more often than not the one that leads. */
    private Node target(String leader) {
        List<Node> nodes = lab.nodes();
        Node any = nodes.get(random.nextInt(nodes.size()));
        return random.nextInt(3) == 0 ? any
                : nodes.stream().filter(one -> one.name().equals(leader)).findFirst().orElse(any);
    }

    Injected inject(FaultKind kind, String leader) throws Exception {
        Node node = target(leader);
        String who = node.name() + (node.name().equals(leader) ? " (leader)" : "");
        return switch (kind) {
            case KILL -> {
                node.kill();
                yield new Injected("kill " + who, node.name(), node::start);
            }
            case PAUSE -> {
                node.pause();
                yield new Injected("pause " + who, node.name(), node::resume);
            }
            case CUT -> cut(node, who);
            case ONE_WAY -> oneWay(node, who);
            case POWER -> power();
            case DISK_FULL -> {
                node.fillDisk();
                yield new Injected("disk-full " + who, node.name(), () -> emptied(node));
            }
            case ROT -> new Injected("rot " + who + ", " + node.rot(random), node.name(), () -> { });
            case CLOCK -> clock(node, who);
            case SLOW_DISK -> {
                node.slowDisk(SLOW_BYTES, SLOW_OPERATIONS);
                yield new Injected("slow-disk " + who, node.name(), () -> node.slowDisk(0, 0));
            }
            case MEMBERSHIP -> membership(node, who, node.name().equals(leader));
            case UPGRADE -> upgrade();
        };
    }

    private Injected cut(Node node, String who) throws Exception {
        if (lab.nodes().size() > 2 && random.nextBoolean()) {
            lab.isolate(node);
            return new Injected("cut " + who + " from the other nodes", node.name(), lab::heal);
        }
        lab.cut(node);
        return new Injected("cut " + who, node.name(), lab::heal);
    }

    private Injected oneWay(Node node, String who) throws Exception {
        boolean from = random.nextBoolean();
        if (from) {
            lab.loseWhatIsSentBy(node);
        } else {
            lab.loseWhatIsSentTo(node);
        }
        return new Injected("one-way, what is sent " + (from ? "by " : "to ") + who + " is lost", node.name(), lab::heal);
    }

    private Injected power() throws Exception {
        for (Node node : lab.nodes()) {
            node.pause(); // or it would tell its clients that the disk has failed
        }
        for (Node node : lab.nodes()) {
            node.cutPower();
        }
        return new Injected("power of all", "", () -> {
            for (Node node : lab.nodes()) {
                node.restorePower(); // a process that was begun before would hold the disks of the others as they were
            }
            for (Node node : lab.nodes()) {
                node.begin();
            }
            for (Node node : lab.nodes()) {
                node.awaitReady();
            }
        });
    }

    /** A node that ended over its full disk is started again, as a service manager does. */
    private static void emptied(Node node) throws Exception {
        node.emptyDisk();
        if (!node.isRunning()) {
            node.start();
        }
    }

    private Injected clock(Node node, String who) throws Exception {
        // a broker follows a step of up to a minute at once, and then delayed messages are early or late by as much
        long ms = Math.round(Math.pow(10, 5.1 + random.nextDouble() * 6.4));
        Duration by = Duration.ofMillis(random.nextBoolean() ? ms : -ms);
        node.shiftClock(by);
        return new Injected("clock " + who + " " + by, node.name(), () -> node.shiftClock(Duration.ZERO));
    }

    /** A node that is removed ends; then it joins with an empty disk, as a new machine of its name. */
    private Injected membership(Node node, String who, boolean leads) throws Exception {
        Node other = lab.nodes().stream().filter(one -> one != node).findFirst().orElseThrow();
        boolean[] mayLead = {leads};
        again(() -> {
            if (mayLead[0]) {
                other.ask("cluster", "transfer", other.name()); // it may lead already
            }
            mayLead[0] = true;
            other.command("cluster", "remove", node.name());
        });
        int code = node.awaitEnd();
        if (code != REMOVED) {
            throw new IllegalStateException("node " + node.name() + " was removed, and ended with " + code);
        }
        return new Injected("membership, without " + who, node.name(), () -> {
            node.wipe();
            node.begin();
            again(() -> other.command("cluster", "add", "--wait", "40", node.member()));
            node.awaitReady();
        });
    }

    /** Does what may fail while nodes start and leadership moves, until it does not. */
    private static void again(Heal step) throws Exception {
        long end = System.nanoTime() + STEP_LIMIT.toNanos();
        while (true) {
            try {
                step.run();
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    private Injected upgrade() throws Exception {
        boolean other = otherBuild != null && !upgraded;
        for (Node node : lab.nodes()) {
            if (lab.nodes().size() > 1) {
                again(() -> node.command("cluster", "quorum")); // as operators are told to
            }
            int code = node.stop();
            if (code != 0 && code != 143) {
                throw new IllegalStateException("node " + node.name() + " ended with " + code + " when it was stopped");
            }
            if (other) {
                node.useBuild(otherBuild);
            }
            node.start();
        }
        upgraded |= other;
        return new Injected(other ? "upgrade to " + otherBuild.getFileName() : "restart of all in turn", "", () -> { });
    }
}
