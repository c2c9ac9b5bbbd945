package io.posthorse.example.registration;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Tests the three modes against a running broker. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@DirtiesContext
class RegistrationIT {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    static Path folder;

    private static BrokerProcess broker;

    @Autowired
    private RegistrationController controller;

    @Autowired
    private Registrations registrations;

    @Autowired
    private JdbcClient database;

    @Autowired
    private RocketMQTemplate rocketMq;

    @DynamicPropertySource
    static void startBroker(DynamicPropertyRegistry properties) throws Exception {
        broker = BrokerProcess.start(folder, Map.of("messageDelayLevel", "1s 1s 1s 1s 1s 1s"));
        properties.add("rocketmq.name-server", broker::nameServer);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void eachModeTakesTheTimeOfTheStepsThatItWaitsFor() {
        Map<Mode, Double> medians = controller.measure(5);
        assertTrue(medians.get(Mode.SERIAL) >= 150, () -> "three steps in a row: " + medians);
        assertTrue(medians.get(Mode.PARALLEL) >= 100, () -> "a step, and two at once: " + medians);
        assertTrue(medians.get(Mode.PARALLEL) < medians.get(Mode.SERIAL), medians::toString);
        assertTrue(medians.get(Mode.MESSAGE) >= 50, () -> "one step: " + medians);
        assertTrue(medians.get(Mode.MESSAGE) < medians.get(Mode.PARALLEL), medians::toString);
        await().atMost(LIMIT).untilAsserted(() -> assertEquals(5, count("notices WHERE address LIKE 'MESSAGE-%'")));
    }

    @Test
    void aFailedNoticeIsSentOnRedelivery() {
        String id = registrations.register(Mode.MESSAGE, "ann", "flaky-ann@example.org", "+49").id();
        await().atMost(LIMIT).untilAsserted(() -> assertEquals(2, noticesOf(id)));
        assertThrows(IllegalStateException.class,
                () -> registrations.register(Mode.SERIAL, "bob", "flaky-bob@example.org", "+49"),
                "without the broker there is no retry");
    }

    @Test
    void aDuplicateMessageSendsOneNotice() {
        User user = new User("0", "carl", "carl@example.org", "+49");
        rocketMq.convertAndSend(Registrations.TOPIC, user);
        rocketMq.convertAndSend(Registrations.TOPIC, user);
        User last = new User("1", "dora", "dora@example.org", "+49");
        rocketMq.convertAndSend(Registrations.TOPIC, last);
        await().atMost(LIMIT).untilAsserted(() -> assertEquals(4, noticesOf("0") + noticesOf("1")));
    }

    @Test
    void aTakenNameIsRejectedWithoutANotice() {
        registrations.register(Mode.MESSAGE, "eve", "eve@example.org", "+49");
        assertThrows(DuplicateKeyException.class,
                () -> registrations.register(Mode.MESSAGE, "eve", "second-eve@example.org", "+49"));
        String later = registrations.register(Mode.MESSAGE, "fay", "fay@example.org", "+49").id();
        await().atMost(LIMIT).untilAsserted(() -> assertEquals(2, noticesOf(later)));
        assertFalse(count("notices WHERE address = 'second-eve@example.org'") > 0);
    }

    private long noticesOf(String id) {
        return database.sql("SELECT COUNT(*) FROM notices WHERE user_id = ?").param(id).query(Long.class).single();
    }

    private long count(String from) {
        return database.sql("SELECT COUNT(*) FROM " + from).query(Long.class).single();
    }
}
