package io.posthorse.interop.attack;

import io.posthorse.interop.harness.BrokerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The broker under attack, with an administrator, a working user, and a malicious one.
 *
 * @param brokerPort port for remoting
 * @param nameServerPort port of the name server
 * @param grpcPort port for gRPC
 * @param jmsPort port for OpenWire
 */
record Target(int brokerPort, int nameServerPort, int grpcPort, int jmsPort) {
    static final Wire.User ROOT = new Wire.User("root", "rootsecret");
    static final Wire.User WORKER = new Wire.User("worker", "workersecret");
    static final Wire.User MALLORY = new Wire.User("mallory", "mallorysecret");
    /** The worker's topic, and one on which Mallory has all permissions. */
    static final String WORK = "Work";
    static final String PLAY = "Play";

    private static final int CREATE_USER = 3001;
    private static final int CREATE_RULE = 3006;
    private static final int CREATE_TOPIC = 17;
    private static final int SEND = 10;
    private static final byte[] NOTHING = {};

    static Target of(BrokerProcess broker) throws IOException, InterruptedException {
        return new Target(
                port(broker.address()), port(broker.nameServer()), port(broker.endpoints()), port(broker.jms()));
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Creates users, topics, and messages to request. */
    void prepare(int messages, int bytes) throws IOException {
        try (Wire root = new Wire(brokerPort)) {
            for (String topic : new String[] {WORK, PLAY}) {
                done(root.ask(Wire.request(CREATE_TOPIC, ROOT, Map.of(
                        "topic", topic, "readQueueNums", "8", "writeQueueNums", "8", "perm", "6"), NOTHING)));
            }
            user(root, WORKER, WORK);
            user(root, MALLORY, PLAY);
            byte[] body = new byte[bytes];
            for (int i = 0; i < messages; i++) {
                done(root.ask(send(ROOT, PLAY, i % 8, body)));
            }
        }
    }

    private static void user(Wire root, Wire.User user, String topic) throws IOException {
        String account = "{\"username\":" + Wire.quoted(user.name()) + ",\"password\":" + Wire.quoted(user.secret())
                + ",\"userType\":\"Normal\"}";
        done(root.ask(Wire.request(CREATE_USER, ROOT, Map.of("username", user.name()), bytes(account))));
        for (String resource : new String[] {"Topic:" + topic, "Group:*"}) {
            String actions = resource.startsWith("Topic") ? "\"Pub\",\"Sub\"" : "\"Sub\"";
            String rule = "{\"subject\":\"User:" + user.name() + "\",\"policies\":[{\"policyType\":\"Custom\",\"entries\":["
                    + "{\"resource\":" + Wire.quoted(resource) + ",\"actions\":[" + actions
                    + "],\"sourceIps\":[],\"decision\":\"Allow\"}]}]}";
            done(root.ask(Wire.request(CREATE_RULE, ROOT, Map.of("subject", "User:" + user.name()), bytes(rule))));
        }
    }

    private static void done(int code) {
        if (code != 0) {
            throw new IllegalStateException("the broker could not be prepared: it answered with code " + code);
        }
    }

    /** Returns a request that sends a message. */
    static byte[] send(Wire.User user, String topic, int queue, byte[] body) {
        Map<String, String> fields = new HashMap<>(Map.of(
                "producerGroup", "P", "topic", topic, "defaultTopic", "TBW102", "defaultTopicQueueNums", "4",
                "queueId", Integer.toString(queue), "sysFlag", "0", "flag", "0", "properties", "", "reconsumeTimes", "0"));
        fields.put("bornTimestamp", Long.toString(System.currentTimeMillis()));
        fields.put("unitMode", "false");
        return Wire.request(SEND, user, fields, body);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
