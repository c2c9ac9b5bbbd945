package io.posthorse.protocol.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.MessageOrBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.posthorse.broker.NotResidentException;
import io.posthorse.broker.OldMessages;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.broker.Shard;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.Status;
import io.posthorse.codec.grpc.TelemetryCommand;
import io.posthorse.platform.QuotaShares;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes calls to the owner's thread, and their answers back to the thread that sends them. */
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
    /** Part of the heap that the bytes of answers may have; made into messages they take thrice as much. */
    private static final int HEAP_PART = 16;

    private final Executor owner;
    private final Executor transport;
    private final Shard shard;
    private final PendingAnswers replies;
    private final CallGate gate;
    private final OldMessages old;
    private final AnswerBytes answers;

    /**
     * @param owner runs tasks on the owner's thread
     * @param transport runs tasks on the thread that writes to the connections
     * @param gate knows who may what, or null where everybody may do everything
     * @param old has read what calls need of the disk
     */
    Calls(Executor owner, Executor transport, Shard shard, CallGate gate, OldMessages old, QuotaShares shares) {
        this.answers = new AnswerBytes(Runtime.getRuntime().maxMemory() / HEAP_PART, shares);
        this.owner = owner;
        this.transport = transport;
        this.shard = shard;
        this.replies = new PendingAnswers(shard, transport);
        this.gate = gate;
        this.old = old;
    }

    /** Refuses a request that its caller may not have. */
    void permit(Caller caller, MessageOrBuilder request) {
        if (gate != null) {
            gate.permit(caller, request);
        }
    }

    /** Has a change of users or rules told until {@link #unwatch}. */
    void watch(Runnable watcher) {
        if (gate != null) {
            gate.watch(watcher);
        }
    }

    void unwatch(Runnable watcher) {
        if (gate != null) {
            gate.unwatch(watcher);
        }
    }

    /** Runs on the owner's thread. */
    void onOwner(Runnable work) {
        owner.execute(work);
    }

    /**
     * Answers a call with one message, where its caller may have it.
     *
     * @param refused the answer that has nothing but a status
     */
    <A> void one(
            MessageOrBuilder request, StreamObserver<A> out, Function<Status, A> refused, Function<Caller, A> work) {
        Caller caller = Caller.current();
        begin(out, () -> { });
        RetriedRequest retry = new RetriedRequest(((MessageLite) request).getSerializedSize());
        retry.onRead(() -> answer(out, refused, retry, () -> {
            permit(caller, request);
            admit();
            return work.apply(caller);
        }));
        onOwner(retry::again);
    }

    /** Answers with what was made; where something has to come from the disk for it, it is made anew behind that. */
    private <A> void answer(StreamObserver<A> out, Function<Status, A> refused, RetriedRequest retry, Supplier<A> work) {
        long before = shard.broker().decisions();
        A answer;
        try {
            answer = work.get();
        } catch (NotResidentException e) {
            Status problem = lookUp(e, before, retry);
            if (problem == null) {
                return;
            }
            answer = refused.apply(problem);
        } catch (RuntimeException e) {
            answer = refused.apply(status(e));
        }
        A made = answer;
        replies.send(before, () -> end(out, List.of(made)), () -> end(out, List.of(refused.apply(failed()))));
    }

    /** Has what a call needs read from the disk; why not, or null. */
    private Status lookUp(NotResidentException missing, long before, RetriedRequest retry) {
        try {
            return old.read(missing.lookup(before), retry) ? null : status(new Refusal(
                    Code.TOO_MANY_REQUESTS, "too many calls wait for the disk; nothing was done. Try again"));
        } catch (IllegalStateException e) {
            return status(e);
        }
    }

    /**
     * Answers a call with one message that may be made later, where its caller may have it.
     *
     * @param refused the answer that has nothing but a status
     * @param work is given who calls and what takes the answer, on the owner's thread
     */
    <A> void later(
            MessageOrBuilder request, StreamObserver<A> out, Function<Status, A> refused,
            BiConsumer<Caller, Consumer<A>> work) {
        Caller caller = Caller.current();
        begin(out, () -> { });
        onOwner(() -> {
            try {
                permit(caller, request);
                admit();
                work.accept(caller, answer -> several(shard.broker().decisions(), out, () -> List.of(answer), refused));
            } catch (RuntimeException e) {
                several(shard.broker().decisions(), out, () -> List.of(refused.apply(status(e))), refused);
            }
        });
    }

    /** What a client is told on its stream of settings. */
    TelemetryStream telemetry(StreamObserver<TelemetryCommand> out) {
        return new TelemetryStream(out, transport);
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

    /** The same for a call whose answer may be long; its bytes count until it was taken, or its client is gone. */
    <A> AnswerBytes.Charge beginLong(Caller caller, StreamObserver<A> out, Runnable gone) {
        AnswerBytes.Charge charge = answers.begin(caller.connection(), caller.holder());
        begin(out, () -> {
            charge.end();
            gone.run();
        });
        ((ServerCallStreamObserver<A>) out).setOnCloseHandler(() -> onOwner(charge::end));
        return charge;
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
