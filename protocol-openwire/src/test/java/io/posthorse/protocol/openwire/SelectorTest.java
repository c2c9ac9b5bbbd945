package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.InvalidSelectorException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.Message;
import org.apache.activemq.filter.BooleanExpression;
import org.apache.activemq.filter.MessageEvaluationContext;
import org.apache.activemq.selector.SelectorParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Selectors give the same results as the library's, in bounded time. */
class SelectorTest {
    private static boolean selects(String selector, ActiveMQTextMessage message) throws Exception {
        LikePattern.Work work = new LikePattern.Work();
        BooleanExpression expression = JmsSelector.parse(selector, work);
        work.begin();
        return expression.matches(context(message));
    }

    private static MessageEvaluationContext context(ActiveMQTextMessage message) {
        MessageEvaluationContext context = new MessageEvaluationContext();
        context.setMessageReference(message);
        return context;
    }

    private static ActiveMQTextMessage message(String value) throws Exception {
        ActiveMQTextMessage message = new ActiveMQTextMessage();
        message.setStringProperty("v", value);
        message.setIntProperty("n", 5);
        return message;
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = ';', value = {
            "v LIKE 'a%'; true", "v LIKE '%c'; true", "v LIKE '_b_'; true", "v LIKE 'b%'; false", "v LIKE 'a.c'; false",
            "v LIKE 'a%' AND n = 5 OR n = 6; true", "NOT (v LIKE 'a%'); false", "v NOT LIKE 'x%'; true", "n LIKE '5'; false",
            "missing LIKE '%'; false", "missing NOT LIKE '%'; false", "n <> 5; false", "v IN ('abc', 'x'); true",
            "n BETWEEN 4 AND 6; true", "n * 2 + 1 = 11; true", "v IS NOT NULL AND missing IS NULL; true"})
    void selectorsFollowJms(String selector, boolean expected) throws Exception {
        assertEquals(expected, selects(selector, message("abc")));
    }

    @Test
    void anEscapedWildcardIsLiteral() throws Exception {
        assertTrue(selects("v LIKE 'a!%b' ESCAPE '!'", message("a%b")));
        assertFalse(selects("v LIKE 'a!%b' ESCAPE '!'", message("axb")));
        assertTrue(selects("v LIKE '%!_!!' ESCAPE '!'", message("x_!")));
        assertTrue(selects("v LIKE '[a](b)*^$|?+{2}\\.'", message("[a](b)*^$|?+{2}\\.")));
        assertTrue(selects("v LIKE 'x_z'", message("x\uD83D\uDC0Ez")));
        assertTrue(selects("v LIKE '%\uD83D\uDC0E'", message("\n\uD83D\uDC0E")));
    }

    @Test
    void likeAgreesWithTheLibrarysRegularExpressions() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            String selector = "v LIKE '" + text(random, "ab%_", 8) + "'";
            ActiveMQTextMessage message = message(text(random, "ab_%\n", 10));
            SelectorParser.clearCache();
            boolean expected = SelectorParser.parse(selector).matches(context(message));
            assertEquals(expected, selects(selector, message), () -> "seed " + seed + ": " + selector);
        }
    }

    private static String text(Random random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @Test
    void secT24ExpensivePatternsAreCutShort() throws Exception {
        String pattern = "%a".repeat(1_000) + "b";
        ActiveMQTextMessage message = message("a".repeat(1_000_000));
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            assertFalse(selects("v LIKE '" + pattern + "'", message));
            assertFalse(selects("v LIKE '%" + "a".repeat(4_000) + "b'", message));
            assertFalse(selects("v LIKE '%b' OR ".repeat(200) + "v LIKE '%c'", message));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "XPATH '//a'", "XQUERY 'a'", "REGEX('(a+)+$', v)", "v =", "v LIKE 5", "INLIST(MAKELIST('a'), v)",
            "SPLIT('a', 'b') = 'c'"})
    void secT24ExtensionsOfJmsAreRefused(String selector) {
        assertThrows(InvalidSelectorException.class, () -> selects(selector, message("a")));
    }

    @Test
    void secT24DeepSelectorsAreEvaluatedOrRefused() throws Exception {
        assertTrue(selects("(".repeat(100) + "n = 5" + ")".repeat(100), message("a")));
        assertTrue(selects("NOT (".repeat(100) + "n = 5" + ")".repeat(100), message("a")));
        String tooDeep = "(".repeat(2_040) + "n = 5" + ")".repeat(2_040);
        assertThrows(InvalidSelectorException.class, () -> selects(tooDeep, message("a")));
        assertThrows(InvalidSelectorException.class, () -> selects("n = 5 OR ".repeat(500) + "n = 5", message("a")));
    }

    @Test
    void evaluatedMessagesAreReleased() throws Exception {
        List<WeakReference<Message>> evaluated = new ArrayList<>();
        JmsSelector selector = JmsSelector.of(position -> {
            Message message = found(position);
            evaluated.add(new WeakReference<>(message));
            return message;
        }, "n = 5", null);
        for (int i = 0; i < 3; i++) {
            assertTrue(selector.matches(i));
        }
        for (int i = 0; i < 100 && evaluated.stream().anyMatch(reference -> reference.get() != null); i++) {
            System.gc();
        }
        assertEquals(0, evaluated.stream().filter(reference -> reference.get() != null).count());
        assertTrue(selector.matches(3), "a message that is still reachable");
    }

    private static Message found(long number) {
        try {
            return message("" + number);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
