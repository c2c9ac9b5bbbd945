package io.posthorse.protocol.grpc;

import io.posthorse.access.Permission;
import java.util.Map;
import java.util.TreeMap;

/**
 * The permissions that calls need, in the syntax of {@link Permission}. A call that is not in this table is refused to
 * every user. {@link NamedResources} finds the names.
 */
final class CallPermissions {
    private static final String TABLE = """
            QueryRoute: Topic(topic) Pub|Sub|Get
            Heartbeat: Group(group?) Sub
            SendMessage: Topic(messages) Pub
            QueryAssignment: Topic(topic) Sub|Get, Group(group) Sub|Get
            ReceiveMessage: Group(group) Sub, Topic(message_queue) Sub
            AckMessage: Group(group) Sub, Topic(topic) Sub
            ForwardMessageToDeadLetterQueue: Group(group) Sub, Topic(topic) Sub
            PullMessage: Group(group) Sub, Topic(message_queue) Sub
            UpdateOffset: Group(group) Sub|Update, Topic(message_queue) Sub|Update
            GetOffset: Group(group) Sub|Get, Topic(message_queue) Sub|Get
            QueryOffset: Topic(message_queue) Sub|Get
            EndTransaction: Topic(topic) Pub
            Telemetry: Topic(publishing?) Pub, Group(subscription.group?) Sub, Topic(subscription?) Sub
            NotifyClientTermination: Group(group?) Sub
            ChangeInvisibleDuration: Group(group) Sub, Topic(topic) Sub
            RecallMessage: Topic(topic) Pub
            SyncLiteSubscription: Group(group) Sub, Topic(topic) Sub
            """;

    private static final Map<String, Permission> BY_CALL = byCall();

    private CallPermissions() {}

    private static Map<String, Permission> byCall() {
        Map<String, Permission> table = new TreeMap<>();
        TABLE.lines().forEach(row -> {
            int colon = row.indexOf(": ");
            table.put(row.substring(0, colon), Permission.of(row.substring(colon + 2)));
        });
        return table;
    }

    /** Returns the permission that a call needs; null where the call is unknown. */
    static Permission of(String call) {
        return BY_CALL.get(call);
    }

    /** Returns all known calls with their permissions. */
    static Map<String, Permission> all() {
        return new TreeMap<>(BY_CALL);
    }
}
