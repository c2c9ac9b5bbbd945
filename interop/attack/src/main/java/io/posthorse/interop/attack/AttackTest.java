package io.posthorse.interop.attack;

import io.posthorse.interop.harness.BrokerProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Attacks a broker with a heap of 128 MiB while a user works, and reports the effect on the user. An attack succeeds where a
 * send fails, the broker ends, or sends take too long.
 */
public final class AttackTest {
    private static final String HEAP = "128m";
    private static final long WARM_MS = 8_000;
    private static final int MESSAGES = 2_000;
    private static final int MESSAGE_BYTES = 16 << 10;
    /** Memory beside a heap of 128 MiB: classes, compiled code, threads, and as much again for buffers. */
    private static final long RESIDENT_MIB_MAX = 480;

    private final long phaseMs;
    private final double slowdownMax;
    private final double msAllowed;
    private final String only;
    private final PrintStream out;

    /**
     * @param phaseMs duration of each attack in ms
     * @param slowdownMax maximum factor by which the 99th percentile of sends may grow
     * @param msAllowed duration that is always allowed: where attackers and broker share two cores, each waits for the
     * other
     * @param only prefix of the names of attacks to run; empty for all
     */
    public AttackTest(long phaseMs, double slowdownMax, double msAllowed, String only, PrintStream out) {
        this.phaseMs = phaseMs;
        this.slowdownMax = slowdownMax;
        this.msAllowed = msAllowed;
        this.only = only;
        this.out = out;
    }

    /**
     * Reads the options: --seconds N for each attack (5), --allow MS that sends may always take (20), --only PREFIX of
     * names.
     */
    public static void main(String[] args) throws Exception {
        long seconds = 5;
        double allowed = 20;
        String only = "";
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--seconds" -> seconds = Long.parseLong(args[i + 1]);
                case "--allow" -> allowed = Double.parseDouble(args[i + 1]);
                case "--only" -> only = args[i + 1];
                default -> throw new IllegalArgumentException(
                        "unknown option " + args[i] + "; there are --seconds, --allow, --only");
            }
        }
        Path folder = Files.createTempDirectory("posthorse-attack");
        List<String> succeeded = new AttackTest(seconds * 1_000, 2, allowed, only, System.out).run(folder);
        System.out.println(succeeded.isEmpty() ? "No attack succeeded." : "Succeeded: " + succeeded);
        System.exit(succeeded.isEmpty() ? 0 : 1);
    }

    /**
     * Runs the attacks, one after the other.
     *
     * @param folder directory for the broker's data and output
     * @return the attacks that succeeded, each with its effect
     */
    public List<String> run(Path folder) throws IOException, InterruptedException {
        List<String> succeeded = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.startPosthorse(folder, HEAP, Map.of(
                "auth.enabled", "true", "initAuthenticationUser",
                "{\"username\":\"root\",\"password\":\"" + Target.ROOT.secret() + "\"}"))) {
            Target target = Target.of(broker);
            target.prepare(MESSAGES, MESSAGE_BYTES);
            Worker worker = new Worker(target);
            worker.work(WARM_MS);
            Worker.Noticed alone = worker.work(phaseMs);
            report("without an attack", alone);
            double limitMs = Math.max(slowdownMax * alone.p99Ms(), msAllowed);
            List<Attack> attacks = new ArrayList<>(StrangersAttacks.all());
            attacks.addAll(UsersAttacks.all());
            attacks.removeIf(attack -> !attack.name().startsWith(only));
            for (Attack attack : attacks) {
                Worker.Noticed noticed = under(attack, target, worker);
                report(attack.name(), noticed);
                if (noticed.failed() > 0 || noticed.p99Ms() > limitMs) {
                    succeeded.add(attack.name() + ": " + noticed);
                }
            }
            long residentMib = residentMib(broker.pid());
            out.printf("%-46s %d MiB resident at most%n", "memory", residentMib);
            if (residentMib > RESIDENT_MIB_MAX) {
                succeeded.add("memory: " + residentMib + " MiB");
            }
            broker.stop();
        }
        return succeeded;
    }

    private Worker.Noticed under(Attack attack, Target target, Worker worker) throws InterruptedException {
        Thread attacker = Thread.ofPlatform().daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try (Attack.Open open = new Attack.Open()) {
                    while (!Thread.currentThread().isInterrupted()) {
                        attack.step().run(target, open);
                    }
                } catch (IOException e) {
                    // closed by the broker: the attack begins again
                }
            }
        });
        Worker.Noticed noticed = worker.work(phaseMs);
        attacker.interrupt();
        attacker.join(TimeUnit.SECONDS.toMillis(10));
        return noticed;
    }

    private void report(String what, Worker.Noticed noticed) {
        out.printf("%-46s %5d sends, %d failed, median %.2f ms, p99 %.2f ms%n",
                what, noticed.sent(), noticed.failed(), noticed.medianMs(), noticed.p99Ms());
    }

    private static long residentMib(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
            }
        }
        throw new IOException("the system does not tell how much memory the broker has had");
    }
}
