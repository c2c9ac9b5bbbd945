package io.posthorse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** RocketMQ 4.x's file of accounts, in the form of its distribution. */
class PlainAclTest {
    private static final String FILE = """
            globalWhiteRemoteAddresses:
            - 10.10.103.*
            - 192.168.0.*

            accounts:
            - accessKey: RocketMQ
              secretKey: '12345678'
              whiteRemoteAddress:
              admin: false
              defaultTopicPerm: DENY
              defaultGroupPerm: SUB
              topicPerms:
              - topicA=DENY
              - topicB=PUB|SUB
              - topicC=SUB
              groupPerms:
              # the group should convert to retry topic
              - groupA=DENY
              - groupB=PUB|SUB

            - accessKey: rocketmq2
              secretKey: 12345678
              whiteRemoteAddress: 127.0.0.*
              # if it is admin, it could access all resources
              admin: true

            - accessKey: open
              secretKey: 12345678
              defaultTopicPerm: PUB|SUB
              topicPerms:
              - closed=PUB
            """;

    private static boolean may(String user, ResourceKind kind, String name, Action action) {
        AccessTable table = PlainAcl.read("plain_acl.yml", FILE).table();
        return table.decide(table.user(user), kind, name, Actions.of(action), InetAddress.getLoopbackAddress()).allowed();
    }

    @Test
    void permissionsHaveTheMeaningOfRocketMq() {
        assertFalse(may("RocketMQ", ResourceKind.TOPIC, "topicA", Action.PUB));
        assertTrue(may("RocketMQ", ResourceKind.TOPIC, "topicB", Action.PUB));
        assertTrue(may("RocketMQ", ResourceKind.TOPIC, "topicB", Action.SUB));
        assertFalse(may("RocketMQ", ResourceKind.TOPIC, "topicC", Action.PUB));
        assertTrue(may("RocketMQ", ResourceKind.TOPIC, "topicC", Action.SUB));
        assertFalse(may("RocketMQ", ResourceKind.TOPIC, "unnamed", Action.SUB));
        assertFalse(may("RocketMQ", ResourceKind.GROUP, "groupA", Action.SUB));
        assertTrue(may("RocketMQ", ResourceKind.GROUP, "groupB", Action.SUB));
        assertTrue(may("RocketMQ", ResourceKind.GROUP, "unnamed", Action.SUB));
        assertFalse(may("RocketMQ", ResourceKind.TOPIC, "topicB", Action.CREATE));
        assertTrue(may("rocketmq2", ResourceKind.CLUSTER, "any", Action.UPDATE));
        assertTrue(may("open", ResourceKind.TOPIC, "unnamed", Action.SUB));
        assertTrue(may("open", ResourceKind.TOPIC, "closed", Action.PUB));
        assertFalse(may("open", ResourceKind.TOPIC, "closed", Action.SUB), "an entry for a name overrides the default");
    }

    @Test
    void secT20AddressesRestrictAndNeverGrant() throws Exception {
        PlainAcl read = PlainAcl.read("plain_acl.yml", FILE);
        User bound = read.table().user("rocketmq2");
        assertTrue(bound.sources().contains(InetAddress.getByName("127.0.0.9")));
        assertFalse(bound.sources().contains(InetAddress.getByName("10.10.103.1")));
        assertEquals(2, read.notes().size(), read.notes()::toString);
        assertTrue(read.notes().getFirst().contains("globalWhiteRemoteAddresses is not used"));
        assertTrue(read.notes().get(1).contains("restricts"));
    }

    @Test
    void errorsContainNoSecrets() {
        String start = "accounts:\n- accessKey: ann\n  secretKey: planted-secret\n";
        for (String wrong : new String[] {
            "", "- a\n", "accounts: 5\n", "accounts:\n- 7\n", start + "  topicPerm:\n  - a=PUB\n",
            start + "  topicPerms:\n  - a\n", start + "  topicPerms:\n  - a=ALL\n", start + "  defaultTopicPerm: ANY\n",
            start + "  whiteRemoteAddress: example.org\n", start + "- accessKey: ann\n  secretKey: planted-secret\n",
            start + " : planted-secret: [", "accounts:\n- secretKey: planted-secret\n", start + "- accessKey: bob\n",
            "accounts: !!javax.script.ScriptEngineManager [planted-secret]\n", "a: &a [x,x]\nb: " + "[".repeat(50)
        }) {
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> PlainAcl.read("plain_acl.yml", wrong), wrong);
            assertTrue(refused.getMessage().startsWith("plain_acl.yml"), refused.getMessage());
            assertFalse(refused.getMessage().contains("planted-secret"), refused.getMessage());
        }
    }
}
