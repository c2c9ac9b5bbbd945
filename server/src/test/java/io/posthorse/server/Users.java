package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.util.Map;

/** A broker with access control that creates users for tests. */
final class Users implements AutoCloseable {
    static final String ROOT = "root";
    static final String ROOT_SECRET = "secret-of-root";
    private final TestBroker broker;

    private Users(TestBroker broker) {
        this.broker = broker;
    }

    static Users start(Path directory, String... sets) {
        String[] all = new String[sets.length + 2];
        all[0] = "auth.enabled=true";
        all[1] = "initAuthenticationUser={\"username\":\"" + ROOT + "\",\"password\":\"" + ROOT_SECRET + "\"}";
        System.arraycopy(sets, 0, all, 2, sets.length);
        return new Users(TestBroker.start(directory, all));
    }

    TestBroker broker() {
        return broker;
    }

    RawClient root() {
        return broker.client().as(ROOT, ROOT_SECRET);
    }

    static String secret(String user) {
        return "secret-of-" + user;
    }

    RawClient client(String user) {
        return broker.client().as(user, secret(user));
    }

    /** Creates a user with rules such as {@code Topic:T Pub,Sub Allow}. */
    Users user(String name, String... rules) {
        try (RawClient root = new RawClient(broker.server().brokerPort(), false).as(ROOT, ROOT_SECRET)) {
            Frame made = root.ask(3001, Map.of("username", name), TestBroker.text("{\"username\":\"" + name
                    + "\",\"password\":\"" + secret(name) + "\",\"userType\":\"Normal\"}"));
            assertEquals(0, made.code(), made.remark());
            for (String rule : rules) {
                assertEquals(0, rule(root, name, rule).code(), rule);
            }
        }
        return this;
    }

    static Frame rule(RawClient root, String user, String rule) {
        String[] parts = rule.split(" ");
        return root.ask(3006, Map.of("subject", "User:" + user), TestBroker.text("{\"subject\":\"User:" + user
                + "\",\"policies\":[{\"policyType\":\"Custom\",\"entries\":[{\"resource\":\"" + parts[0]
                + "\",\"actions\":[\""
                + parts[1].replace(",", "\",\"") + "\"],\"sourceIps\":[" + (parts.length > 3 ? "\"" + parts[3] + "\"" : "")
                + "],\"decision\":\"" + parts[2] + "\"}]}]}"));
    }

    @Override
    public void close() {
        broker.close();
    }
}
