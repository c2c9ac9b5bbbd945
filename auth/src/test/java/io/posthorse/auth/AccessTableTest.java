package io.posthorse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessTableTest {
    private static final User ANN = User.of("ann", User.Kind.NORMAL, true, "secret-of-ann");
    private static final User ROOT = User.of("root", User.Kind.SUPER, true, "secret-of-root");

    private static Rule rule(String resource, boolean allow, String... actions) {
        return new Rule(false, Resource.parse(resource), Actions.parse(List.of(actions)), Sources.ANY, allow);
    }

    private static AccessTable table(Rule... rules) {
        return AccessTable.EMPTY.with(ROOT).with(ANN).withRules("ann", List.of(rules));
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Verdict sends(AccessTable table, String topic) {
        return table.decide(ANN, ResourceKind.TOPIC, topic, Actions.of(Action.PUB), address("10.0.0.1"));
    }

    @Test
    void nothingIsAllowedWithoutARule() {
        Verdict verdict = sends(table(), "orders");
        assertFalse(verdict.allowed());
        assertEquals("no rule of user ann allows Pub on Topic:orders from 10.0.0.1", verdict.reason());
    }

    @Test
    void mostSpecificRuleDecides() {
        AccessTable table = table(
                rule("*", false, "All"), rule("Topic:*", true, "Pub"), rule("Topic:ord*", false, "Pub"),
                rule("Topic:orders*", true, "Pub"), rule("Topic:orders-old", false, "Pub"));
        assertTrue(sends(table, "other").allowed());
        assertFalse(sends(table, "ordinary").allowed());
        assertTrue(sends(table, "orders-new").allowed());
        assertFalse(sends(table, "orders-old").allowed());
        assertEquals("rule \"Deny Pub on Topic:orders-old\" of user ann", sends(table, "orders-old").reason());
        assertFalse(table.decide(ANN, ResourceKind.GROUP, "g", Actions.of(Action.SUB), address("::1")).allowed());
    }

    @Test
    void denialWinsAmongEquallySpecificRules() {
        assertFalse(sends(table(rule("Topic:a*", true, "Pub"), rule("Topic:a*", false, "Pub", "Sub")), "abc").allowed());
        assertFalse(sends(table(rule("Topic:a*", false, "Pub", "Sub"), rule("Topic:a*", true, "Pub")), "abc").allowed());
    }

    @Test
    void defaultRulesCountOnlyWhereNoOtherMatches() {
        Rule standard = new Rule(true, Resource.parse("Topic:abc"), Actions.ALL, Sources.ANY, true);
        assertTrue(sends(table(standard), "abc").allowed());
        assertFalse(sends(table(standard, rule("Topic:*", false, "All")), "abc").allowed());
    }

    @Test
    void oneOfSeveralActionsIsEnough() {
        AccessTable table = table(rule("Topic:*", true, "Sub"), rule("Topic:t", false, "Get"));
        Actions either = Actions.of(Action.SUB, Action.GET);
        assertTrue(table.decide(ANN, ResourceKind.TOPIC, "t", either, address("::1")).allowed());
        assertFalse(table.decide(ANN, ResourceKind.TOPIC, "t", Actions.of(Action.GET), address("::1")).allowed());
    }

    @Test
    void onlyARuleAboutAllCoversAllNames() {
        Actions list = Actions.of(Action.LIST);
        assertFalse(table(rule("Topic:t", true, "All"), rule("Topic:t*", true, "All"))
                .decide(ANN, ResourceKind.TOPIC, Resource.ALL, list, address("::1")).allowed());
        assertTrue(table(rule("Topic:*", true, "List"))
                .decide(ANN, ResourceKind.TOPIC, Resource.ALL, list, address("::1")).allowed());
    }

    @Test
    void secT20SourcesOnlyRestrict() {
        Rule bound = new Rule(false, Resource.parse("Topic:*"), Actions.ALL, Sources.of(List.of("10.0.0.0/24")), true);
        assertTrue(sends(table(bound), "t").allowed());
        AccessTable table = table(bound);
        assertFalse(table.decide(ANN, ResourceKind.TOPIC, "t", Actions.of(Action.PUB), address("10.0.1.1")).allowed());
        AccessTable elsewhere = AccessTable.EMPTY.with(ANN);
        assertFalse(sends(elsewhere, "t").allowed());
    }

    @Test
    void superUsersMayDoEverythingAndDisabledUsersNothing() {
        AccessTable table = table(rule("*", true, "All"));
        assertTrue(table.decide(ROOT, ResourceKind.CLUSTER, "c", Actions.of(Action.UPDATE), address("::1")).allowed());
        User off = User.of("root", User.Kind.SUPER, false, "secret-of-root");
        Verdict verdict = table.decide(off, ResourceKind.CLUSTER, "c", Actions.of(Action.UPDATE), address("::1"));
        assertEquals(new Verdict(false, "user root is disabled"), verdict);
    }

    @Test
    void lastSuperUserCannotBeRemoved() {
        AccessTable table = table();
        assertThrows(RefusedException.class, () -> table.without("root"));
        assertThrows(RefusedException.class,
                () -> table.changed(User.of("root", User.Kind.SUPER, false, "secret-of-root")));
        assertThrows(RefusedException.class,
                () -> table.changed(User.of("root", User.Kind.NORMAL, true, "secret-of-root")));
        User second = User.of("second", User.Kind.SUPER, true, "secret-of-second");
        assertEquals(null, table.with(second).without("root").user("root"));
    }

    @Test
    void rulesAboutTheSameResourceReplaceEachOther() {
        AccessTable table = table(rule("Topic:t", true, "Pub")).withRule("ann", rule("Topic:t", true, "Sub"));
        assertEquals(1, table.rules("ann").size());
        assertEquals(List.of("Sub"), table.rules("ann").getFirst().actions().words());
        assertEquals(List.of(), table.withoutRules("ann", Resource.parse("Topic:t"), null).rules("ann"));
        assertThrows(RefusedException.class, () -> table.withoutRules("ann", Resource.parse("Topic:u"), null));
        assertThrows(RefusedException.class, () -> table.withRule("bob", rule("Topic:t", true, "Sub")));
        List<Rule> many = new ArrayList<>();
        for (int i = 0; i <= AccessTable.RULES_MAX; i++) {
            many.add(rule("Topic:t" + i, true, "Pub"));
        }
        assertThrows(RefusedException.class, () -> table.withRules("ann", many));
    }

    @Test
    void addressesAreParsedInAllForms() {
        assertTrue(Sources.of(List.of("10.1.*.*")).contains(address("10.1.200.3")));
        assertFalse(Sources.of(List.of("10.1.*.*")).contains(address("10.2.0.1")));
        assertTrue(Sources.of(List.of("10.1.0.2-9")).contains(address("10.1.0.9")));
        assertFalse(Sources.of(List.of("10.1.0.2-9")).contains(address("10.1.0.10")));
        assertTrue(Sources.of(List.of("10.1.0.{2,7}")).contains(address("10.1.0.7")));
        assertFalse(Sources.of(List.of("10.1.0.{2,7}")).contains(address("10.1.0.3")));
        assertTrue(Sources.of(List.of("10.16.0.0/12")).contains(address("10.31.255.255")));
        assertFalse(Sources.of(List.of("10.16.0.0/12")).contains(address("10.32.0.0")));
        assertTrue(Sources.of(List.of("fe80::/10")).contains(address("febf::1")));
        assertFalse(Sources.of(List.of("fe80::/10")).contains(address("fec0::1")));
        assertTrue(Sources.of(List.of("1:2:3:4:5:6:7:*")).contains(address("1:2:3:4:5:6:7:9")));
        assertTrue(Sources.of(List.of("127.0.0.1", "*")).isAny());
        for (String wrong : new String[] {"", "10.1", "10.1.0.300", "localhost", "example.org", "10.1.0.9-2", "::1/129",
                "10.0.0.0/33", "10.0.0.0/x", "a.b.c.d", "10.1.0.{2"}) {
            assertThrows(RefusedException.class, () -> Sources.of(List.of(wrong)), wrong);
        }
    }

    /** Kinds are also parsed in capitals, and with a kind for all kinds, as RocketMQ's dashboard writes them. */
    @Test
    void kindsAreParsedInCapitals() {
        assertEquals(Resource.parse("*"), Resource.parse("ANY:*"));
        assertEquals(Resource.parse("Topic:orders*"), Resource.parse("TOPIC:orders*"));
        assertEquals("Group:readers", Resource.parse("GROUP:readers").toString());
    }

    @Test
    void invalidValuesAreRefused() {
        for (String wrong : new String[] {"", "Topic", "Topic:", ":t", "Queue:t", "Topic:a*b", "Any:t"}) {
            assertThrows(RefusedException.class, () -> Resource.parse(wrong), wrong);
        }
        assertThrows(RefusedException.class, () -> Actions.parse(List.of()));
        assertThrows(RefusedException.class, () -> Actions.parse(List.of("Any")));
        assertThrows(RefusedException.class, () -> User.of("a b", User.Kind.NORMAL, true, "secret"));
        assertThrows(RefusedException.class, () -> User.of("ann", User.Kind.NORMAL, true, " "));
        assertThrows(RefusedException.class, () -> User.of("ann", User.Kind.NORMAL, true, null));
    }

    @Test
    void secT03NothingPrintsASecret() {
        assertFalse((ANN + " " + table()).contains("secret-of"), "a secret is printed");
    }
}
