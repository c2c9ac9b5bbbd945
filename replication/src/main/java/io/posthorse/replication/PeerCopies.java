package io.posthorse.replication;

import io.posthorse.log.PeerBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The copies of the other nodes of a group, of which each is asked for committed bytes of the log. */
public final class PeerCopies implements PeerBytes {
    /** Limit of each answer: the other machine may have gone without a word. */
    private static final long ANSWER_MS = 10_000;

    private final Peers peers;
    private final Supplier<List<Member>> others;
    private final Executor owner;

    /**
     * @param others returns all other members
     * @param owner runs what takes the answers
     */
    public PeerCopies(Peers peers, Supplier<List<Member>> others, Executor owner) {
        this.peers = peers;
        this.others = others;
        this.owner = owner;
    }

    @Override
    public void ask(long position, int length, Consumer<Answers> done) {
        Map<String, ByteBuffer> answers = new ConcurrentHashMap<>();
        List<Member> asked = others.get();
        List<CompletableFuture<Void>> all = asked.stream()
                .map(member -> peers.ask(member, CatchUpWire.bytes(position, length))
                        .orTimeout(ANSWER_MS, TimeUnit.MILLISECONDS)
                        .handle((answer, failure) -> {
                            note(answers, member, answer, position, length);
                            return (Void) null;
                        }))
                .toList();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).whenComplete((nothing, failure) -> owner.execute(
                () -> done.accept(new Answers(answers, !asked.isEmpty() && answers.size() == asked.size()))));
    }

    private static void note(
            Map<String, ByteBuffer> answers, Member member, ByteBuffer answer, long position, int length) {
        if (answer == null) {
            return; // it cannot be reached, or has not got them
        }
        try {
            answers.put(member.name(), CatchUpWire.bytesOf(answer, position, length));
        } catch (IOException e) {
            // none of what was asked for: it counts as no answer
        }
    }
}
