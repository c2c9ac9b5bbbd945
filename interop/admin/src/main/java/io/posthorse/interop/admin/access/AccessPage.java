package io.posthorse.interop.admin.access;

import java.util.List;
import org.apache.rocketmq.acl.common.AclUtils;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.remoting.protocol.body.AclInfo;
import org.apache.rocketmq.remoting.protocol.body.AclInfo.PolicyEntryInfo;
import org.apache.rocketmq.remoting.protocol.body.AclInfo.PolicyInfo;
import org.apache.rocketmq.remoting.protocol.body.UserInfo;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** The requests of the dashboard's page of users and rules, in its order and through the same admin client. */
final class AccessPage {
    private static final String USER = "page-user";
    private static final String SUBJECT = "User:" + USER;

    private final String broker;
    private final DefaultMQAdminExt admin;

    AccessPage(String nameServer, String broker) {
        this.broker = broker;
        String home = System.getProperty(MixAll.ROCKETMQ_HOME_PROPERTY);
        admin = new DefaultMQAdminExt(AclUtils.getAclRPCHook(home + MixAll.ACL_CONF_TOOLS_FILE), 8_000);
        admin.setNamesrvAddr(nameServer);
        admin.setInstanceName("access-page");
    }

    void run() throws Exception {
        admin.start();
        try {
            users();
            rules();
            admin.deleteUser(broker, USER);
            check(shown() == null, "deleted");
        } finally {
            admin.shutdown();
        }
    }

    private static void check(boolean holds, Object what) {
        if (!holds) {
            throw new AssertionError(String.valueOf(what));
        }
    }

    private UserInfo shown() throws Exception {
        List<UserInfo> users = admin.listUser(broker, "");
        return users.stream().filter(user -> user.getUsername().equals(USER)).findFirst().orElse(null);
    }

    /** Changes a user without a secret, as the form does, since the table shows none. */
    private void users() throws Exception {
        admin.createUser(broker, UserInfo.of(USER, "secret-of-page", "Normal", "enable"));
        UserInfo shown = shown();
        check(shown.getUserType().equals("Normal") && shown.getUserStatus().equals("enable"), shown.getUserStatus());
        check(shown.getPassword() == null, "its secret is in the list");
        admin.updateUser(broker, UserInfo.of(USER, null, "Super", "disable"));
        check(shown().getUserType().equals("Super") && shown().getUserStatus().equals("disable"), "update");
        check(admin.getUser(broker, USER).getPassword().equals("secret-of-page"), "the secret is as before");
        admin.updateUser(broker, UserInfo.of(USER, "another-secret", "Normal", "enable"));
        check(admin.getUser(broker, USER).getPassword().equals("another-secret"), "the new secret");
    }

    /** Writes the kinds of resources in capitals, and sends a request for each resource, as the page does. */
    private void rules() throws Exception {
        admin.createAcl(broker, rule("TOPIC:page-orders", List.of("Pub", "Sub"), List.of("127.0.0.1"), "Allow"));
        admin.createAcl(broker, rule("GROUP:page-*", List.of("Sub"), null, "Allow"));
        admin.createAcl(broker, rule("ANY:*", List.of("All"), List.of(), "Deny"));
        check(admin.listAcl(broker, USER, "").get(0).getPolicies().get(0).getEntries().size() == 3, "three rules");
        check(admin.listAcl(broker, "", "page-orders").get(0).getSubject().equals(SUBJECT), "found by its resource");
        check(admin.listAcl(broker, "", "no-such-page").isEmpty(), "nothing is found");
        check(entry("*").getDecision().equals("Deny") && entry("*").getActions().equals(List.of("All")), "all");
        check(entry("Group:page-*").getSourceIps().isEmpty(), "an empty list, which the page turns into a text");
        PolicyEntryInfo orders = entry("Topic:page-orders");
        check(orders.getActions().equals(List.of("Pub", "Sub")), orders.getActions());
        check(orders.getSourceIps().equals(List.of("127.0.0.1")), orders.getSourceIps());
        admin.updateAcl(broker, rule("Topic:page-orders", List.of("Pub"), List.of("10.0.0.0/8"), "Deny"));
        orders = entry("Topic:page-orders");
        check(orders.getActions().equals(List.of("Pub")) && orders.getDecision().equals("Deny"), "update");
        check(orders.getSourceIps().equals(List.of("10.0.0.0/8")), orders.getSourceIps());
        for (String resource : List.of("Topic:page-orders", "Group:page-*", "*")) {
            admin.deleteAcl(broker, SUBJECT, resource);
            check(entry(resource) == null, resource);
        }
    }

    private static AclInfo rule(String resource, List<String> actions, List<String> addresses, String decision) {
        PolicyEntryInfo entry = PolicyEntryInfo.of(resource, actions, addresses, decision);
        PolicyInfo policy = new PolicyInfo();
        policy.setPolicyType("Custom");
        policy.setEntries(List.of(entry));
        AclInfo info = new AclInfo();
        info.setSubject(SUBJECT);
        info.setPolicies(List.of(policy));
        return info;
    }

    private PolicyEntryInfo entry(String resource) throws Exception {
        for (AclInfo info : admin.listAcl(broker, USER, "")) {
            for (PolicyInfo policy : info.getPolicies()) {
                for (PolicyEntryInfo entry : policy.getEntries()) {
                    if (entry.getResource().equals(resource)) {
                        return entry;
                    }
                }
            }
        }
        return null;
    }
}
