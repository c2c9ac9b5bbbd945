package io.posthorse.protocol.rocketmq;

import io.posthorse.access.Permission;
import java.util.Map;
import java.util.TreeMap;

/**
 * The permission that each request code needs, including codes that this broker does not serve. A code that is not in this
 * table is refused to all users.
 *
 * <p>A row has codes, a colon, and then {@code super}, {@code signed}, or parts that are all needed. {@code Topic(b) Pub}
 * needs Pub on the topic that field b names; {@code Sub|Get} one of the two; {@code field?} nothing where the field is
 * missing; {@code Topic(*)} a rule about all topics; {@code Make} Create where the resource does not exist yet, else Create
 * or Update. Names with @ are explained in {@link RequestNames}. A request about a group's retry or dead-letter topic needs
 * the same permission on the group, and Sub in place of Pub.
 */
final class Permissions {
    private static final String TABLE = """
            10: Topic(topic) Pub
            310 320: Topic(b) Pub
            11 361: Group(consumerGroup) Sub, Topic(topic) Sub
            12: Topic(topic) Sub|Get
            14: Topic(topic) Sub|Get, Group(consumerGroup) Sub|Get
            15: Topic(topic) Sub|Update, Group(consumerGroup) Sub|Update
            17: Topic(topic) Make
            18: Topic(@topicConfigList) Make
            21: Topic(*) List|Get
            25: Cluster Update
            26 28: Cluster Get
            29 30 31 32: Topic(topic) Sub|Get
            33: Topic(@message) Sub|Get
            34: Group(@beatGroups) Sub, Topic(@beatTopics) Sub
            35: Group(consumerGroup?) Sub
            36: Group(group) Sub, Topic(@message) Sub
            37: Topic(@prepared) Pub
            38: Group(consumerGroup) Sub|Get
            41 42: Group(@consumerGroup) Sub, Topic(@lockTopics) Sub
            43 45: Cluster Get
            46: Group(@group) Sub, Topic(@checkTopic) Sub
            50 51 52 53 54: super
            60 61: Cluster Get
            100 102: Cluster Update
            101: Cluster Get
            103 104: Cluster Update
            105: Topic(topic) Pub|Sub|Get
            106: Cluster Get
            200: Group(@groupName) Make
            201: Group(*) List|Get
            202: Topic(topic) Get
            203: Group(consumerGroup) Get
            204: Cluster Get
            205: Cluster Update
            206: Topic(*) List
            207: Group(groupName) Delete
            208: Group(consumerGroup) Get, Topic(@statsTopics) Get
            209 210 211 212 213 214: super
            215: Topic(topic) Delete
            216 217: Cluster Update
            219: Cluster Get
            222: Group(group) Update, Topic(topic) Update
            223: Group(group) Get, Topic(topic) Get
            224: Topic(*) List
            225: Group(@groupConfigList) Make
            300: Topic(topic) Get
            303: Topic(topic) Get, Group(group) Get
            304 305: Topic(*) List
            306: Cluster Update
            307: Group(consumerGroup) Get
            308: Topic(topic) Get, Group(compareGroup) Get, Group(@filterGroups) Get
            309: Group(consumerGroup) Sub, Topic(@messageId) Sub
            311 312 313: Topic(*) List
            314: Group(srcGroup) Get, Group(destGroup) Update, Group(@newDestGroup) Create, Topic(@cloneTopics) Update
            315: Cluster Get
            316: Cluster Update
            317: Cluster Get
            318: Cluster Update
            319: Cluster Get
            321: Topic(topic) Get, Group(consumerGroup?) Get
            322: Cluster Get
            323: Cluster Update
            324 325: signed
            327: Cluster Update
            328: Cluster Get
            329: Cluster Update
            343: Group(group) Get
            345: Group(group) Get, Topic(topic) Get
            351: Topic(topic) Get
            352: Group(group) Get, Group(@newGroup) Create|Sub
            353: Group(group) Update, Topic(topic) Update
            354: Topic(topic) Get
            355: Cluster Get
            370: Topic(topic) Pub
            400: Topic(@topic) Sub, Group(@consumerGroup) Sub
            401: Topic(@topic) Update, Group(@consumerGroup) Make
            402: Cluster Get
            513: Topic(topic) Make
            901: Cluster Get
            902 903 904 905 906 908: Cluster Update
            907: Cluster Get
            1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012 1013: super
            2001 2002 2003: Cluster Update
            2004: Cluster Get
            3001 3002 3003 3004 3005 3006 3007 3008 3009 3010: super
            5001: super
            30001 30011: Cluster Get
            30002 30003 30012 30013: Cluster Update
            30021: Cluster Get
            30022: Cluster Update
            30023: Cluster Update
            30024: Cluster Update
            200050 200051 200052 200053 200054: Topic(topic) Sub, Group(consumerGroup) Sub
            200055: Topic(topic) Get, Group(consumerGroup) Get
            200056: super
            200070 200071 200072 200073 200074 200075 200076 200077 200078 200079: super
            200151: Topic(@ackTopics) Sub, Group(@ackGroups) Sub
            """;

    private static final Map<Integer, Permission> BY_CODE = byCode();

    private Permissions() {}

    private static Map<Integer, Permission> byCode() {
        Map<Integer, Permission> table = new TreeMap<>();
        TABLE.lines().forEach(row -> {
            int colon = row.indexOf(": ");
            Permission permission = Permission.of(row.substring(colon + 2));
            for (String code : row.substring(0, colon).split(" ")) {
                if (table.put(Integer.valueOf(code), permission) != null) {
                    throw new IllegalStateException("two permissions for request code " + code);
                }
            }
        });
        return Map.copyOf(table);
    }

    /** Returns the permission that a request code needs; null where the code is unknown. */
    static Permission of(int code) {
        return BY_CODE.get(code);
    }

    /** Returns the permissions of all known codes. */
    static Map<Integer, Permission> all() {
        return new TreeMap<>(BY_CODE);
    }
}
