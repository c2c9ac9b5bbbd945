package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.DelayedMessages;
import io.posthorse.broker.Shard;
import io.posthorse.broker.WaitingRead;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.platform.Background;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Shows an operator the messages that wait, and changes them: those with a delivery time of their own are listed (30001),
 * cancelled (30002) or delivered now (30003); those that were set aside are listed (30011), resumed (30012) or dropped
 * (30013). Messages of delay levels, and messages of undecided transactions, can only be listed. The reader reads the lists,
 * so that the owner does not wait for the disk.
 */
final class WaitingRequests implements RequestHandler {
    /** Maximum lists that are being read or queued. */
    private static final int LISTS_MAX = 16;
    /** Maximum messages that one request examines. */
    private static final int EXAMINED_MAX = 10_000;

    private static final String FULL = "the broker's log accepts no records: its disk is full or has failed. Nothing was"
            + " changed, and the message continues to wait. Look at the server log, make room, then repeat this.";

    private final Shard shard;
    private final Broker broker;
    private final Background reader;
    private final TransactionRequests transactions;
    private final Quota lists;

    WaitingRequests(Shard shard, Background reader, TransactionRequests transactions, QuotaShares shares) {
        this.shard = shard;
        this.broker = shard.broker();
        this.reader = reader;
        this.transactions = transactions;
        this.lists = new Quota(LISTS_MAX, shares);
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.LIST_DELAYED_MESSAGES, RequestCode.CANCEL_DELAYED_MESSAGE, RequestCode.RUN_DELAYED_MESSAGE,
                    RequestCode.LIST_SUSPENDED_TRANSACTIONS, RequestCode.RESUME_SUSPENDED_TRANSACTION,
                    RequestCode.DROP_SUSPENDED_TRANSACTION -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        QuotaHolder by = ((RemotingSession) peer).holder();
        return switch (request.code()) {
            case RequestCode.LIST_DELAYED_MESSAGES, RequestCode.LIST_SUSPENDED_TRANSACTIONS -> list(peer, request);
            case RequestCode.CANCEL_DELAYED_MESSAGE, RequestCode.RUN_DELAYED_MESSAGE -> delayed(request, by);
            default -> suspended(request, by);
        };
    }

    private Frame list(Peer peer, Frame request) {
        WaitingKind kind = WaitingKind.of(request);
        WaitingQuery query = WaitingQuery.of(request, kind);
        RemotingSession session = (RemotingSession) peer;
        int rights = session.rightsChanges;
        QuotaHolder holder = session.holder();
        if (!lists.take(holder)) {
            return request.refuse(ResponseCode.SYSTEM_BUSY, LISTS_MAX + " lists of waiting messages are being read already."
                    + " Nothing was listed. Try again in a moment.");
        }
        int most = query.sifts(kind) ? EXAMINED_MAX : query.limit() + 1;
        WaitingRows.Lane lane = kind == WaitingKind.LEVEL ? lane(query.behindMs()) : WaitingRows.Lane.NONE;
        long waiting = waiting(kind);
        WaitingRead read = switch (kind) {
            case TIME -> broker.delayed().read(query.behindMs(), query.behindOffset(), query.toMs(), most);
            case LEVEL -> broker.delayed().readLane(lane.number(), query.behindOffset(), most);
            case SET_ASIDE -> broker.transactions().readSuspended(query.behindOffset(), most);
            case UNDECIDED -> broker.transactions().readUndecided(query.behindOffset(), most);
        };
        byte[][] json = new byte[1][];
        reader.run(() -> json[0] = new WaitingRows(read, query, kind, lane).json(waiting, read.size() < most), failure -> {
            lists.give(holder);
            read.end();
            if (session.rightsChanges != rights) {
                peer.answer(request, request.refuse(ResponseCode.SYSTEM_BUSY, RemotingSession.RIGHTS_CHANGED));
                return;
            }
            peer.answer(request, failure == null
                    ? request.ok(json[0])
                    : request.refuse(ResponseCode.SYSTEM_ERROR, "the waiting messages cannot be read: "
                            + failure.getMessage() + ". Look at the server log."));
        });
        return null;
    }

    private long waiting(WaitingKind kind) {
        return switch (kind) {
            case TIME -> broker.delayed().size();
            case LEVEL -> IntStream.range(0, broker.delayed().lanes()).mapToLong(broker.delayed()::waitingIn).sum();
            case SET_ASIDE -> broker.transactions().suspendedSize();
            case UNDECIDED -> broker.transactions().size();
        };
    }

    /** Returns the lane of a place in the list, and the lane at which the list continues behind it. */
    private WaitingRows.Lane lane(long place) {
        DelayedMessages delayed = broker.delayed();
        if (place < 0 || place >= delayed.lanes()) {
            throw new MalformedFrameException("the token is not one that a list returned; begin the list again");
        }
        int next = (int) place + 1;
        while (next < delayed.lanes() && delayed.waitingIn(next) == 0) {
            next++;
        }
        return new WaitingRows.Lane((int) place, delayed.laneDelayMs((int) place), next < delayed.lanes() ? next : -1);
    }

    private Frame delayed(Frame request, QuotaHolder by) {
        if (WaitingKind.LEVEL.owns(request.require("id"))) {
            return gone(request, request.field("id"), "waits at a delay level, whose messages are delivered in order: none"
                    + " can be cancelled, or delivered before its time. It will be delivered at its time. Only a message"
                    + " with a delivery time can be cancelled");
        }
        long id = id(request);
        long position = broker.delayed().position(id);
        if (position < 0) {
            return id > broker.delayed().lastOffset()
                    ? never(request, id, "no delayed message")
                    : gone(request, Long.toString(id), "no longer waits: it was delivered, recalled or cancelled");
        }
        return act(request, id, position, view -> {
            boolean cancels = request.code() == RequestCode.CANCEL_DELAYED_MESSAGE;
            CommandOutcome outcome = cancels ? shard.turn().delayed().cancel(id) : shard.turn().delayed().runNow(id);
            return switch (outcome) {
                case DONE -> {
                    shard.audit().note(by, "delayed message " + id
                            + (cancels ? " was cancelled" : " was delivered before its time"));
                    yield done(request, id, view);
                }
                case REFUSED -> request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, FULL);
                case UNKNOWN -> request.refuse(ResponseCode.TOPIC_NOT_EXIST, "message " + id + " cannot be delivered: its"
                        + " topic was deleted, or it cannot be read. It no longer waits, and no consumer will get it.");
            };
        });
    }

    private Frame suspended(Frame request, QuotaHolder by) {
        if (WaitingKind.UNDECIDED.owns(request.require("id"))) {
            return gone(request, request.field("id"), "is undecided: its producer is still asked about it and can still"
                    + " decide. After transactionCheckMax checks without a decision the message is set aside, and can then"
                    + " be resumed or dropped");
        }
        long id = id(request);
        long position = broker.transactions().suspendedPosition(id);
        if (position < 0) {
            return id > broker.transactions().lastSuspended()
                    ? never(request, id, "no message that was set aside")
                    : gone(request, Long.toString(id), "is no longer set aside: it was resumed or dropped, or has"
                            + " expired");
        }
        return act(request, id, position, view -> {
            if (request.code() == RequestCode.RESUME_SUSPENDED_TRANSACTION) {
                if (view == null) {
                    return request.refuse(ResponseCode.SYSTEM_ERROR, "message " + id + " cannot be read, so no producer can"
                            + " be asked about it. It stays set aside. Drop it.");
                }
                Frame answer = transactions.resume(request, id, view);
                if (answer.code() == ResponseCode.SUCCESS) {
                    shard.audit().note(by, "suspended transaction " + id + " was resumed");
                    return done(request, id, view);
                }
                return answer;
            }
            if (shard.turn().transactions().drop(id) != CommandOutcome.DONE) {
                return request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, FULL);
            }
            shard.audit().note(by, "suspended transaction " + id + " was dropped");
            return done(request, id, view);
        });
    }

    /** Performs an action, unless the message belongs to another topic than the request says. */
    private Frame act(Frame request, long id, long position, Function<MessageView, Frame> action) {
        ByteBuffer stored = broker.resident().message(position);
        MessageView view = stored == null ? null : MessageView.of(stored);
        String topic = request.field("topic");
        if (topic != null && !topic.isEmpty() && (view == null || !topic.equals(view.topic()))) {
            return request.refuse(ResponseCode.ILLEGAL_OPERATION, "message " + id + " is "
                    + (view == null ? "unreadable" : "of topic " + view.topic()) + ", not of topic " + topic
                    + ". Nothing was changed. Take the id from a new list.");
        }
        return action.apply(view);
    }

    private static long id(Frame request) {
        request.require("id");
        long id = request.number("id", -1);
        if (id < 0) {
            throw new MalformedFrameException("the id must be a number from 0, as the lists show it");
        }
        return id;
    }

    private static Frame never(Frame request, long id, String what) {
        return request.refuse(ResponseCode.QUERY_NOT_FOUND, what + " of this broker ever had the id " + id
                + ". Nothing was changed. Take the id from a new list, of the same broker.");
    }

    private static Frame gone(Frame request, String id, String what) {
        return request.refuse(ResponseCode.ILLEGAL_OPERATION, "message " + id + " " + what + ". Nothing was changed.");
    }

    private static Frame done(Frame request, long id, MessageView view) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("id", Long.toString(id));
        if (view != null) {
            fields.put("topic", view.topic());
            fields.put("msgId", view.properties().getOrDefault("UNIQ_KEY", ""));
        }
        return request.ok(fields);
    }
}
