package io.posthorse.protocol.grpc;

import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.posthorse.broker.Shard;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes calls to the owner's thread, and their answers back to the thread that sends them. */
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    private final Executor owner;
    private final Shard shard;
    private final Replies replies;

    Calls(Executor owner, Shard shard, Replies replies) {
        this.owner = owner;
        this.shard = shard;
        this.replies = replies;
    }

    /** Runs on the owner's thread. */
    void onOwner(Runnable work) {
        owner.execute(work);
    }

    /**
     * Answers a call with one message.
     *
     * @param refused the answer that has nothing but a status
     */
    <A> void one(StreamObserver<A> out, Function<Status, A> refused, Function<Caller, A> work) {
        Caller caller = Caller.current();
        begin(out, () -> { });
        onOwner(() -> {
            long before = shard.broker().tail();
            A answer;
            try {
                admit();
                answer = work.apply(caller);
            } catch (RuntimeException e) {
                answer = refused.apply(status(e));
            }
            A made = answer;
            replies.send(before, () -> end(out, List.of(made)), () -> end(out, List.of(refused.apply(failed()))));
        });
    }

    /** Refuses where too much waits for the log already. */
    void admit() {
        if (replies.isFull()) {
            throw new Refusal(Code.TOO_MANY_REQUESTS, "too many calls wait for the disk; try again");
        }
    }

    /** Has a call's end by its client told, on the owner's thread. */
    <A> void begin(StreamObserver<A> out, Runnable gone) {
        ((ServerCallStreamObserver<A>) out).setOnCancelHandler(() -> onOwner(gone));
    }

    /** Answers a call with several messages, which are made on the thread that sends them. */
    <A> void several(long before, StreamObserver<A> out, Supplier<List<A>> answer, Function<Status, A> refused) {
        replies.send(
                before,
                () -> {
                    List<A> made;
                    try {
                        made = answer.get();
                    } catch (RuntimeException e) {
                        made = List.of(refused.apply(status(e)));
                    }
                    end(out, made);
                },
                () -> end(out, List.of(refused.apply(failed()))));
    }

    private static <A> void end(StreamObserver<A> out, List<A> answer) {
        if (!((ServerCallStreamObserver<A>) out).isCancelled()) {
            answer.forEach(out::onNext);
            out.onCompleted();
        }
    }

    /** What a client is told of a failure. */
    static Status status(RuntimeException failure) {
        if (failure instanceof Refusal refusal) {
            return refusal.status();
        }
        LOG.error("A call failed by a fault of this broker", failure);
        return Refusal.status(Code.INTERNAL_SERVER_ERROR, "the broker has failed; its log says how");
    }

    private static Status failed() {
        return Refusal.status(Code.INTERNAL_SERVER_ERROR, "the broker's disk has failed: nothing was acknowledged, and what"
                + " was asked for may or may not be kept. See the broker's log.");
    }
}
