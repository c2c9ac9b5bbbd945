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

/** The path of calls to the owner's thread, and of their answers back to the thread that sends them. */
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
    /** Part of the heap for the bytes of answers; converted to messages they take three times as much. */
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
     * @param gate decides what users may do, or null where access control is off
     * @param old reads from the disk what calls need
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

    /** Refuses a request for which its caller has no permission. */
    void permit(Caller caller, MessageOrBuilder request) {
        if (gate != null) {
            gate.permit(caller, request);
        }
    }

    /** Registers a watcher of changes to users or rules, until {@link #unwatch}. */
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

    /** Runs work on the owner's thread. */
    void onOwner(Runnable work) {
        owner.execute(work);
    }

    /**
     * Answers a call with one message, where its caller has the permission.
     *
     * @param refused creates an answer with nothing but a status
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

    /** Sends the answer of the work; where the work needs messages from the disk, it runs again after the read. */
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
        A finished = answer;
        replies.send(before, () -> end(out, List.of(finished)), () -> end(out, List.of(refused.apply(failed()))));
    }

    /** Reads from the disk what a call needs; returns null, or the status of a failure. */
    private Status lookUp(NotResidentException missing, long before, RetriedRequest retry) {
        try {
            return old.read(missing.lookup(before), retry) ? null : status(new Refusal(
                    Code.TOO_MANY_REQUESTS, "too many calls wait for the disk; nothing was done; try again"));
        } catch (IllegalStateException e) {
            return status(e);
        }
    }

    /**
     * Answers a call with one message that may be created later, where its caller has the permission.
     *
     * @param refused creates an answer with nothing but a status
     * @param work gets the caller and the consumer of the answer, on the owner's thread
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

    /** Creates a stream of settings to a client. */
    TelemetryStream telemetry(StreamObserver<TelemetryCommand> out) {
        return new TelemetryStream(out, transport);
    }

    /** Refuses a call where too many answers wait for the log already. */
    void admit() {
        if (replies.isFull()) {
            throw new Refusal(Code.TOO_MANY_REQUESTS, "too many calls wait for the disk; try again");
        }
    }

    /** Registers an action for the cancellation of a call by its client; it runs on the owner's thread. */
    <A> void begin(StreamObserver<A> out, Runnable gone) {
        ((ServerCallStreamObserver<A>) out).setOnCancelHandler(() -> onOwner(gone));
    }

    /** Begins a call whose answer may be long: its bytes count until the client has read it or is gone. */
    <A> AnswerBytes.Charge beginLong(Caller caller, StreamObserver<A> out, Runnable gone) {
        AnswerBytes.Charge charge = answers.begin(caller.connection(), caller.holder());
        begin(out, () -> {
            charge.end();
            gone.run();
        });
        ((ServerCallStreamObserver<A>) out).setOnCloseHandler(() -> onOwner(charge::end));
        return charge;
    }

    /** Answers a call with several messages, which are created on the thread that sends them. */
    <A> void several(long before, StreamObserver<A> out, Supplier<List<A>> answer, Function<Status, A> refused) {
        replies.send(
                before,
                () -> {
                    List<A> finished;
                    try {
                        finished = answer.get();
                    } catch (RuntimeException e) {
                        finished = List.of(refused.apply(status(e)));
                    }
                    end(out, finished);
                },
                () -> end(out, List.of(refused.apply(failed()))));
    }

    private static <A> void end(StreamObserver<A> out, List<A> answer) {
        if (!((ServerCallStreamObserver<A>) out).isCancelled()) {
            answer.forEach(out::onNext);
            out.onCompleted();
        }
    }

    /** Returns the status that reports a failure to a client. */
    static Status status(RuntimeException failure) {
        if (failure instanceof Refusal refusal) {
            return refusal.status();
        }
        LOG.error("A call failed because of a fault in this broker", failure);
        return Refusal.status(Code.INTERNAL_SERVER_ERROR, "the call failed because of a fault in the broker; see the server"
                + " log");
    }

    private static Status failed() {
        return Refusal.status(Code.INTERNAL_SERVER_ERROR, "the broker's disk has failed: nothing was acknowledged, and the"
                + " request may or may not have been stored. See the server log.");
    }
}
